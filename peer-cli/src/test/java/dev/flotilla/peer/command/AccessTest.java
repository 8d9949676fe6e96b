package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.gating.Subnet;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.AccessRules;
import dev.flotilla.peer.daemon.NetworkSettings;
import dev.flotilla.transport.PeerId;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect, as an operator says it. */
final class AccessTest {
    private final Path directory;

    AccessTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void othersThanTheAllowedAreTurnedAwayButNotTheOperator() throws CommandException {
        PeerId friend = PrivateKey.generate().peerId();
        AccessRules rules = new AccessRules(Set.of(friend), Set.of(Subnet.parse("192.0.2.0/24")), Set.of(), Set.of());
        try (CommandHarness daemon =
                CommandHarness.start(directory, NetworkSettings.defaults().withAccess(rules))) {
            assertThat(daemon.json("status").path("peerId").asText()).startsWith("12D3KooW");
            assertThat(daemon.run("ping", daemon.address()).code())
                    .as("a command that has an identity of its own")
                    .isEqualTo(CommandException.FAILED);
        }
    }

    @Test
    void whoIsDeniedIsTurnedAway() throws CommandException {
        AccessRules rules = new AccessRules(Set.of(), Set.of(), Set.of(), Set.of(Subnet.parse("127.0.0.0/8")));
        try (CommandHarness daemon =
                CommandHarness.start(directory, NetworkSettings.defaults().withAccess(rules))) {
            assertThat(daemon.run("ping", daemon.address()).code()).isEqualTo(CommandException.FAILED);
        }
    }

    @Test
    void whatIsNeitherPeerNorSubnetIsWrongUsage() {
        CommandHarness.Run run = CommandHarness.runAlone("run", "--data", directory.toString(), "--deny", "nobody");
        assertThat(run.code()).isEqualTo(CommandException.WRONG_USAGE);
        assertThat(run.error()).contains("neither a peer id nor a subnet: 'nobody'");
        run = CommandHarness.runAlone("run", "--data", directory.toString(), "--allow", "10.0.0.1/8");
        assertThat(run.code()).isEqualTo(CommandException.WRONG_USAGE);
        assertThat(run.error()).contains("the subnet that it lies in is 10.0.0.0/8");
    }
}
