package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.NetworkSettings;
import dev.flotilla.peer.daemon.PeerDirectory;
import dev.flotilla.peer.daemon.SwarmKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Private networks, as an operator makes and uses them. */
final class SwarmKeyCommandTest {
    private final Path parent;

    SwarmKeyCommandTest(@TempDir Path parent) {
        this.parent = parent;
    }

    private Path makeKey(Path directory) {
        CommandHarness.Run run = CommandHarness.runAlone("swarm-key", "--data", directory.toString());
        assertThat(run.code()).as(run.err()).isZero();
        return directory.resolve("swarm.key").toAbsolutePath();
    }

    private static CommandHarness start(Path directory, Path swarmKey) throws CommandException {
        NetworkSettings network =
                NetworkSettings.defaults().withSwarmKey(SwarmKey.read(swarmKey).orElseThrow());
        return CommandHarness.start(directory, network);
    }

    @Test
    void theKeyIsMadeOnceAndOnlyItsOwnerReadsIt() throws IOException {
        Path key = makeKey(parent);
        byte[] content = Files.readAllBytes(key);
        assertThat(PreSharedKey.parse(content)).isNotNull();
        CommandHarness.Run again = CommandHarness.runAlone("swarm-key", "--data", parent.toString());
        assertThat(again.error()).contains(key + " already; it stays as it is");
        assertThat(Files.readAllBytes(key)).isEqualTo(content);
    }

    @Test
    void commandsFindTheDaemonOfAPrivateNetwork() throws CommandException {
        Path directory = parent.resolve("a");
        Path key = makeKey(directory);
        try (CommandHarness daemon = start(directory, key)) {
            assertThat(daemon.json("status").path("peerId").asText()).startsWith("12D3KooW");
            assertThat(daemon.done("ping", daemon.address())).contains("answer 1 from");
        }
    }

    @Test
    void aKeyElsewhereIsFoundToo() throws CommandException {
        Path key = makeKey(parent.resolve("keys"));
        try (CommandHarness daemon = start(parent.resolve("a"), key)) {
            assertThat(daemon.json("status").path("peerId").asText()).startsWith("12D3KooW");
            assertThat(daemon.done("ping", daemon.address(), "--swarm-key", key.toString()))
                    .contains("answer 1 from");
            assertThat(daemon.failed("ping", daemon.address()))
                    .contains("in a private network whose pre-shared key this side does not have");
        }
    }

    @Test
    void aDamagedOrForeignOrOpenKeyFileIsNamed() throws CommandException, IOException {
        Path key = makeKey(parent);
        Files.writeString(key, "0123");
        assertThatThrownBy(() -> SwarmKey.read(key))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(key + ": not a key of a private network");
        assertThat(CommandHarness.runAlone("run", "--data", parent.toString()).error())
                .contains(key + ": not a key of a private network");
        assertThat(SwarmKey.read(parent.resolve("none"))).isEmpty();
        assertThat(CommandHarness.runAlone(
                                "run", "--data", parent.toString(), "--swarm-key", parent.resolve("none") + "")
                        .error())
                .contains("there is no key of a private network in");

        Assumptions.assumeTrue(Files.getFileStore(parent).supportsFileAttributeView("posix"));
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> SwarmKey.read(key)).hasMessageContaining("chmod 600 " + key);
    }

    @Test
    void whoInsistsOnAPrivateNetworkStartsWithoutAKeyNowhere() throws CommandException {
        SwarmKeyOption forced = new SwarmKeyOption(Map.of(SwarmKeyOption.FORCE, "1"));
        PeerDirectory directory = new PeerDirectory(parent);
        assertThatThrownBy(() -> forced.key(directory))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("LIBP2P_FORCE_PNET is 1, and there is no key");
        assertThat(new SwarmKeyOption(Map.of()).key(directory)).isEmpty();
        makeKey(parent);
        assertThat(forced.key(directory)).isPresent();
    }

    @Test
    void quicInAPrivateNetworkIsRefusedInWords() throws CommandException {
        Path key = makeKey(parent);
        NetworkSettings quic = NetworkSettings.defaults()
                .withListen(List.of(Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1")))
                .withSwarmKey(SwarmKey.read(key).orElseThrow());
        assertThatThrownBy(() -> CommandHarness.start(parent, quic).close())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("quic-v1 cannot carry a private network");
    }
}
