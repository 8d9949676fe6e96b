package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RememberedPortsTest {
    private static final Multiaddr ANY = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");
    private static final Multiaddr FIXED = Multiaddr.parse("/ip4/127.0.0.1/tcp/4001");
    private static final Multiaddr CHOSEN = Multiaddr.parse("/ip4/127.0.0.1/tcp/40123");
    private static final Multiaddr ANY6 = Multiaddr.parse("/ip6/::1/tcp/0");
    private static final Multiaddr CHOSEN6 = Multiaddr.parse("/ip6/::1/tcp/40124");

    private final Path file;

    RememberedPortsTest(@TempDir Path directory) {
        this.file = directory.resolve("listen.json");
    }

    @Test
    void takesTheChosenPortsAgainInWhateverOrderTheyWereBound() throws IOException {
        RememberedPorts.open(file).remember(List.of(FIXED, ANY, ANY6), List.of(CHOSEN6, CHOSEN, FIXED));

        assertThat(RememberedPorts.open(file).apply(List.of(ANY, FIXED, ANY6))).containsExactly(CHOSEN, FIXED, CHOSEN6);
    }

    @Test
    void aLaterChoiceReplacesTheFormerAndOthersStay() throws IOException {
        Multiaddr later = Multiaddr.parse("/ip4/127.0.0.1/tcp/40999");
        RememberedPorts.open(file).remember(List.of(ANY, ANY6), List.of(CHOSEN, CHOSEN6));
        RememberedPorts.open(file).remember(List.of(ANY), List.of(later));

        assertThat(RememberedPorts.open(file).apply(List.of(ANY, ANY6))).containsExactly(later, CHOSEN6);
    }

    @Test
    void nothingIsRememberedOfFixedPortsAndADamagedFileIsNothing() throws IOException {
        RememberedPorts.open(file).remember(List.of(FIXED), List.of(FIXED));
        assertThat(file).doesNotExist();
        Files.writeString(file, "{\"/ip4/127.0.0.1/tcp/0\":\"?\"}");

        assertThat(RememberedPorts.open(file).apply(List.of(ANY))).containsExactly(ANY);
    }

    @Test
    void aPortOfUdpIsNotTakenForOneOfTcp() throws IOException {
        Multiaddr anyQuic = Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1");
        Multiaddr chosenQuic = Multiaddr.parse("/ip4/127.0.0.1/udp/40125/quic-v1");
        RememberedPorts.open(file).remember(List.of(ANY, anyQuic), List.of(chosenQuic, CHOSEN));

        assertThat(RememberedPorts.open(file).apply(List.of(ANY, anyQuic))).containsExactly(CHOSEN, chosenQuic);
    }
}
