package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.SnapshotMeta;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSnapshotStoreTest extends SnapshotStoreContract {
    private static final GenesisId A = MessageSamples.genesis(1);
    private static final GenesisId B = MessageSamples.genesis(2);

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
    void aDamagedChunkIsNamedBeforeAnyOfItIsRead() throws IOException {
        SnapshotStore store = open();
        byte[] state = state(1, 2 * SnapshotChunk.RAW_BYTES);
        SnapshotMeta saved = save(store, A, 7, state);
        int second = SnapshotChunk.HEADER_BYTES + SnapshotChunk.RAW_BYTES;
        byte[] intact = Files.readAllBytes(file(".snapshot"));
        for (int offset : new int[] {second, second + 5, second + 9, second + 13, second + 16, 2 * second - 1}) {
            Files.write(file(".snapshot"), intact);
            damage(file(".snapshot"), offset);
            try (InputStream in = store.open(A, saved)) {
                assertThat(in.readNBytes(SnapshotChunk.RAW_BYTES))
                        .isEqualTo(Arrays.copyOf(state, SnapshotChunk.RAW_BYTES));
                assertThatThrownBy(in::read)
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith(
                                "snapshot " + file(".snapshot") + " is damaged at offset " + second + ": ");
            }
            assertThatThrownBy(() -> chunks(store, saved, 0)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void chunksInAnotherOrderAreNoSnapshot() throws IOException {
        SnapshotStore store = open();
        SnapshotMeta saved = save(store, A, 7, state(1, 2 * SnapshotChunk.RAW_BYTES));
        byte[] bytes = Files.readAllBytes(file(".snapshot"));
        int size = SnapshotChunk.HEADER_BYTES + SnapshotChunk.RAW_BYTES;
        byte[] first = Arrays.copyOf(bytes, size);
        System.arraycopy(bytes, size, bytes, 0, size);
        System.arraycopy(first, 0, bytes, size, size);
        Files.write(file(".snapshot"), bytes);
        try (InputStream in = store.open(A, saved)) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class).hasMessageContaining("have hash");
        }
    }

    @Test
    void whatIsDamagedOfAPartialFileIsReceivedAgain() throws IOException {
        byte[] state = state(2, 3 * SnapshotChunk.RAW_BYTES);
        SnapshotMeta offer = offer(9, state);
        try (SnapshotStore.Receiver receiver = open().receive(A, offer)) {
            append(receiver, chunks(state, 0));
        }
        damage(file(".partial"), SnapshotChunk.HEADER_BYTES + SnapshotChunk.RAW_BYTES + 100);
        SnapshotStore store = open();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(SnapshotChunk.RAW_BYTES);
            append(receiver, chunks(state, SnapshotChunk.RAW_BYTES));
            receiver.finish();
        }
        store.install(A, offer);
        assertThat(store.newest(A)).contains(offer);
    }

    @Test
    void aDamagedSnapshotDoesNotKeepTheStoreFromOpeningBesideAPartialOne() throws IOException {
        byte[] state = state(2, 2 * SnapshotChunk.RAW_BYTES);
        SnapshotMeta offer = offer(9, state);
        SnapshotStore before = open();
        save(before, A, 7, state(1, 100));
        SnapshotMeta other = save(before, B, 8, state(3, 100));
        try (SnapshotStore.Receiver receiver = before.receive(A, offer)) {
            append(receiver, chunks(state, 0));
        }
        damage(file(".snapshot"), Files.size(file(".snapshot")) - 1);
        SnapshotStore store = open();
        assertThat(store.newest(B)).contains(other);
        assertThatThrownBy(() -> store.newest(A)).hasMessageContaining(file(".snapshot") + " is damaged at offset ");
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(state.length); // it may be newer, and so was kept
        }
    }

    @Test
    void compressionIsASettingAndNoPartOfWhatASnapshotIs() throws IOException {
        byte[] state = new byte[1 << 20];
        SnapshotMeta plain = save(FileSnapshotStore.open(directory.resolve("plain"), Compression.NONE), A, 7, state);
        Path zstd = directory.resolve("zstd");
        SnapshotMeta small = save(FileSnapshotStore.open(zstd, Compression.ZSTD), A, 7, state);
        assertThat(small).isEqualTo(plain);
        assertThat(Files.size(directory.resolve("plain").resolve(A + ".snapshot")))
                .isGreaterThan(1 << 20);
        assertThat(Files.size(zstd.resolve(A + ".snapshot"))).isLessThan(4096);
        try (InputStream in = FileSnapshotStore.open(zstd, Compression.NONE).open(A, small)) {
            assertThat(in.readAllBytes()).isEqualTo(state);
        }
    }

    @Test
    void aSnapshotOfTheFirstFormatIsRefused() throws IOException {
        SnapshotStore store = open();
        save(store, A, 7, state(1, 100));
        byte[] bytes = Files.readAllBytes(file(".snapshot"));
        bytes[bytes.length - 9] = 1;
        Files.write(file(".snapshot"), bytes);
        assertThatThrownBy(() -> store.newest(A))
                .isInstanceOf(IOException.class)
                .hasMessage("snapshot " + file(".snapshot")
                        + " has format 1, this version reads format 2 alone: use the one that wrote it");
    }

    @Test
    void anyDamageAfterTheStateIsNamedWithItsOffset() throws IOException {
        SnapshotStore store = open();
        save(store, A, 7, state(1, 100));
        byte[] intact = Files.readAllBytes(file(".snapshot"));
        for (int offset = 100 + SnapshotChunk.HEADER_BYTES; offset < intact.length; offset++) {
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
        Files.write(file(".previous"), new byte[10]);
        assertThat(open().newest(A)).contains(saved);
        try (Stream<Path> files = Files.list(directory.resolve("snapshots"))) {
            assertThat(files).containsExactly(file(".snapshot"));
        }
    }

    @Test
    void whatWasReceivedOfAnOlderSnapshotIsRemovedAtTheNextStart() throws IOException {
        byte[] state = state(2, 1000);
        SnapshotStore store = open();
        save(store, A, 9, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(9, state))) {
            append(receiver, chunks(state, 0));
        }
        open();
        try (Stream<Path> files = Files.list(directory.resolve("snapshots"))) {
            assertThat(files).containsExactly(file(".snapshot"));
        }
    }

    @Test
    void aDamagedOfferMeansStartingAnew() throws IOException {
        byte[] state = state(2, 1000);
        SnapshotMeta offer = offer(9, state);
        try (SnapshotStore.Receiver receiver = open().receive(A, offer)) {
            append(receiver, chunks(state, 0));
        }
        Files.write(file(".offer"), new byte[] {1, 2, 3});
        try (SnapshotStore.Receiver receiver = open().receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
        }
    }
}
