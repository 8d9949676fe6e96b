package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a killed test leaves of its network must not be in the way of the next one. */
class NamespacesIT {
    private static final Path NAMES = Path.of("/run/netns");

    @Test
    void whatAKilledProcessLeftIsTakenAway() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        String left = "fl" + Long.toString(dead.pid(), 36) + "-0peer1";
        try (Namespaces mine = Namespaces.make()) {
            mine.add("peer1");
            new ProcessBuilder("ip", "netns", "add", left).start().waitFor();
            assertThat(NAMES.resolve(left)).exists();
            Namespaces.make().close();
            assertThat(Files.exists(NAMES.resolve(left))).isFalse();
            assertThat(NAMES.resolve(mine.name("peer1"))).exists();
        }
    }

    @Test
    void linksHaveAddressesOfTheirOwn() throws Exception {
        try (Namespaces one = Namespaces.make();
                Namespaces other = Namespaces.make()) {
            one.add("peer1");
            other.add("peer1");
            assertThat(one.link("peer1").theirs())
                    .isNotEqualTo(other.link("peer1").theirs());
        }
    }
}
