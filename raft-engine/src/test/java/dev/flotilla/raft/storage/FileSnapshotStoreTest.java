package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSnapshotStoreTest extends SnapshotStoreContract {
    private static final GenesisId A = MessageSamples.genesis(1);

    @TempDir
    Path directory = Path.of("set by JUnit");

    @Override
    protected SnapshotStore open() throws IOException {
        return FileSnapshotStore.open(directory.resolve("snapshots"));
    }

    @Override
    protected boolean isDurable() {
        return true;
    }

    private Path file(String ending) {
        return directory.resolve("snapshots").resolve(A + ending);
    }

    private void damage(Path file, long offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) offset] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void aDamagedStateIsNamedBeforeAnyOfItIsRead() throws IOException {
        SnapshotStore store = open();
        SnapshotMeta saved = save(store, A, 7, state(1, 10_000));
        damage(file(".snapshot"), 5_000);
        assertThatThrownBy(() -> store.open(A, saved))
                .isInstanceOf(IOException.class)
                .hasMessage("snapshot " + file(".snapshot")
                        + " is damaged at offset 0: the hash of its 10000 bytes of state is wrong");
    }

    @Test
    void anyDamageAfterTheStateIsNamedWithItsOffset() throws IOException {
        SnapshotStore store = open();
        save(store, A, 7, state(1, 100));
        byte[] intact = Files.readAllBytes(file(".snapshot"));
        for (int offset = 100; offset < intact.length; offset++) {
            Files.write(file(".snapshot"), intact);
            damage(file(".snapshot"), offset);
            assertThatThrownBy(() -> store.newest(A))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("snapshot .*" + A + "\\.snapshot (is damaged at offset [0-9]+|has format).*");
        }
        for (int size = 0; size < intact.length; size++) {
            Files.write(file(".snapshot"), Arrays.copyOf(intact, size));
            assertThatThrownBy(() -> store.newest(A))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is damaged at offset");
        }
    }

    @Test
    void whatACrashLeftBehindIsRemovedAtTheNextStart() throws IOException {
        SnapshotStore store = open();
        SnapshotMeta saved = save(store, A, 7, state(1, 100));
        Files.write(file(".saving"), new byte[10]);
        Files.write(file(".offer.tmp"), new byte[10]);
        Files.write(file(".partial"), new byte[10]);
        assertThat(open().newest(A)).contains(saved);
        try (Stream<Path> files = Files.list(directory.resolve("snapshots"))) {
            assertThat(files).containsExactly(file(".snapshot"));
        }
    }

    @Test
    void aDamagedOfferMeansStartingAnew() throws IOException {
        byte[] state = state(2, 1000);
        SnapshotMeta offer = offer(9, state);
        try (SnapshotStore.Receiver receiver = open().receive(A, offer)) {
            receiver.append(Bytes.wrap(state).slice(0, 500));
        }
        Files.write(file(".offer"), new byte[] {1, 2, 3});
        try (SnapshotStore.Receiver receiver = open().receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
        }
    }
}
