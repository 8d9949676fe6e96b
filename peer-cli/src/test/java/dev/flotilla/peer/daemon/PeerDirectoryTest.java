package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.storage.FaultyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeerDirectoryTest {
    private final Path parent;

    PeerDirectoryTest(@TempDir Path parent) {
        this.parent = parent;
    }

    @Test
    void makesBothKeysForTheOwnerAlone() throws Exception {
        PeerDirectory directory = new PeerDirectory(parent.resolve("a/b"));
        PrivateKey identity = directory.initialise();

        assertThat(directory.identity().peerId()).isEqualTo(identity.peerId());
        assertThat(directory.operator().peerId()).isNotEqualTo(identity.peerId());
        assertThat(permissions(directory.path())).isEqualTo("rwx------");
        assertThat(permissions(directory.path().resolve("identity.key"))).isEqualTo("rw-------");
        assertThat(permissions(directory.path().resolve("operator.key"))).isEqualTo("rw-------");
        try (var files = Files.list(directory.path())) {
            assertThat(files).hasSize(2);
        }
    }

    /** Else a power loss takes an identity that others know already. */
    @Test
    void forcesTheNamesOfTheDirectoriesThatItMakes() throws Exception {
        FaultyFiles files = new FaultyFiles(parent);
        new PeerDirectory(files.of(parent.resolve("a/b"))).initialise();
        assertThat(files.takeForced()).startsWith(parent, parent.resolve("a")).contains(parent.resolve("a/b"));
    }

    @Test
    void neverOverwritesAnIdentity() throws Exception {
        PeerDirectory directory = new PeerDirectory(parent);
        PrivateKey identity = directory.initialise();
        byte[] before = Files.readAllBytes(parent.resolve("identity.key"));

        assertThatThrownBy(directory::initialise)
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(identity.peerId().toString());
        assertThat(Files.readAllBytes(parent.resolve("identity.key"))).isEqualTo(before);
    }

    @Test
    void refusesAKeyThatOthersMayRead() throws Exception {
        PeerDirectory directory = new PeerDirectory(parent);
        directory.initialise();
        Path key = parent.resolve("identity.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(directory::identity)
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("rw-r--r--")
                .hasMessageContaining("chmod 600 " + key);
    }

    @Test
    void refusesADamagedKeyAndKeepsIt() throws Exception {
        PeerDirectory directory = new PeerDirectory(parent);
        directory.initialise();
        Path key = parent.resolve("identity.key");
        Files.write(key, new byte[] {1, 2, 3});

        assertThatThrownBy(directory::identity)
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(key + " is damaged");
        assertThat(Files.readAllBytes(key)).containsExactly(1, 2, 3);
    }

    @Test
    void refusesADirectoryThatIsAFile() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));

        assertThatThrownBy(() -> new PeerDirectory(file).initialise())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void saysHowToStartADaemonWhenNoneRuns() {
        assertThatThrownBy(() -> new PeerDirectory(parent).running())
                .isInstanceOf(CommandException.class)
                .hasMessage("no daemon runs on " + parent + "; start one with: flotilla run --data " + parent);
    }

    @Test
    void aDamagedDaemonFileIsNamed() throws IOException {
        Files.writeString(parent.resolve("daemon.json"), "{");

        assertThatThrownBy(() -> new PeerDirectory(parent).running())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("daemon.json");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
