package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.SnapshotMeta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot is believed in once its bytes and its name are on the disk, and what failed is not retried as if it had not. */
class FileSnapshotFaultTest {
    private static final GenesisId A = MessageSamples.genesis(1);
    private static final GenesisId B = MessageSamples.genesis(2);
    private static final int CHUNK = SnapshotChunk.RAW_BYTES;

    @TempDir
    Path temporary = Path.of("set by JUnit");

    private Path directory = Path.of("set before each test");
    private FaultyFiles files = new FaultyFiles(temporary);

    @BeforeEach
    void putTheLayerUnderIt() {
        files = new FaultyFiles(temporary);
        directory = temporary.resolve("snapshots");
    }

    private FileSnapshotStore open() throws IOException {
        return FileSnapshotStore.open(files.of(directory), Compression.NONE);
    }

    private Path file(String ending) {
        return directory.resolve(A + ending);
    }

    private static byte[] state(int chunks) {
        return SnapshotStoreContract.state(1, chunks * CHUNK);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> listed = Files.list(directory)) {
            return listed.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    // ---- what is received ----

    @Test
    void whatCouldNotBeForcedIsReceivedAnew() throws IOException {
        byte[] state = state(3);
        SnapshotMeta offer = SnapshotStoreContract.offer(9, state);
        FileSnapshotStore store = open();
        Predicate<Path> partial = path -> path.equals(file(".partial"));
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            SnapshotStoreContract.append(receiver, SnapshotStoreContract.chunks(state, 0));
            files.failForce(partial);
            assertThatThrownBy(receiver::finish).hasMessage("Input/output error");
        }
        files.endFaults();
        assertThat(names()).isEmpty();
        assertThatThrownBy(() -> store.install(A, offer)).hasMessageContaining("was not received");
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
            SnapshotStoreContract.append(receiver, SnapshotStoreContract.chunks(state, 0));
            receiver.finish();
        }
        store.install(A, offer);
        assertThat(store.newest(A)).contains(offer);
    }

    @Test
    void whatCouldNotBeWrittenIsReceivedAnew() throws IOException {
        byte[] state = state(3);
        SnapshotMeta offer = SnapshotStoreContract.offer(9, state);
        FileSnapshotStore store = open();
        List<SnapshotChunk> chunks = SnapshotStoreContract.chunks(state, 0);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(chunks.get(0));
            files.failWrite(path -> path.equals(file(".partial")));
            assertThatThrownBy(() -> receiver.append(chunks.get(1))).hasMessage("No space left on device");
            assertThatThrownBy(() -> receiver.append(chunks.get(1))).hasMessageEndingWith("was not written as a whole");
        }
        files.endFaults();
        assertThat(names()).isEmpty();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
        }
    }

    /** The page cache survives a process that was killed. */
    @Test
    void whatIsResumedIsForcedBeforeItIsCountedAsReceived() throws IOException {
        byte[] state = state(3);
        SnapshotMeta offer = SnapshotStoreContract.offer(9, state);
        try (SnapshotStore.Receiver receiver = open().receive(A, offer)) {
            receiver.append(SnapshotStoreContract.chunks(state, 0).get(0));
        }
        byte[] before = Files.readAllBytes(file(".partial"));
        FileSnapshotStore store = open();
        files.takeForced();
        files.takeWritten();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(CHUNK);
            assertThat(files.takeForced()).containsExactly(file(".partial"));
            assertThat(files.takeWritten()).isEqualTo(before.length);
        }
        assertThat(Files.readAllBytes(file(".partial"))).isEqualTo(before);
        files.failForce(path -> path.equals(file(".partial")));
        assertThatThrownBy(() -> store.receive(A, offer)).hasMessage("Input/output error");
        files.endFaults();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
        }
    }

    /** A transfer ends so when the node closes. */
    @Test
    void whoWasInterruptedGoesOnWhereItWas() throws IOException {
        byte[] state = state(3);
        SnapshotMeta offer = SnapshotStoreContract.offer(9, state);
        FileSnapshotStore store = open();
        List<SnapshotChunk> chunks = SnapshotStoreContract.chunks(state, 0);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(chunks.get(0));
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> receiver.append(chunks.get(1))).isInstanceOf(IOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(CHUNK);
        }
    }

    // ---- names ----

    @Test
    void aSnapshotWhoseNameCouldNotBeForcedIsNotBelievedIn() throws IOException {
        FileSnapshotStore store = open();
        SnapshotMeta saved = SnapshotStoreContract.save(store, B, 7, state(1));
        files.failForce(directory::equals);
        assertThatThrownBy(() -> SnapshotStoreContract.save(store, A, 7, state(1)))
                .hasMessage("Input/output error");
        files.endFaults();
        String refused = "directory " + directory + " is not used any more, since it could not be forced to the disk:"
                + " Input/output error; look at the disk, then start this peer again";
        assertThatThrownBy(() -> store.newest(A)).hasMessage(refused);
        assertThatThrownBy(() -> store.newest(B)).hasMessage(refused);
        assertThatThrownBy(() -> SnapshotStoreContract.save(store, A, 8, state(1)))
                .hasMessage(refused);
        assertThatThrownBy(() -> store.receive(A, saved)).hasMessage(refused);
        assertThatThrownBy(() -> store.install(A, saved)).hasMessage(refused);
        assertThatThrownBy(() -> store.delete(A)).hasMessage(refused);
        assertThat(open().newest(A)).map(SnapshotMeta::index).contains(7L);
    }

    @Test
    void aReceivedSnapshotWhoseNameCouldNotBeForcedIsNotInstalledByTryingAgain() throws IOException {
        byte[] state = state(1);
        SnapshotMeta offer = SnapshotStoreContract.offer(9, state);
        FileSnapshotStore store = open();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            SnapshotStoreContract.append(receiver, SnapshotStoreContract.chunks(state, 0));
            receiver.finish();
        }
        files.failForce(directory::equals);
        assertThatThrownBy(() -> store.install(A, offer)).hasMessage("Input/output error");
        files.endFaults();
        assertThatThrownBy(() -> store.install(A, offer)).hasMessageContaining("is not used any more");
    }

    /** A process may have been killed before it did. */
    @Test
    void theNamesThatAreThereAreForcedBeforeAnybodyLooks() throws IOException {
        SnapshotStoreContract.save(open(), A, 7, state(1));
        files.takeForced();
        open();
        assertThat(files.takeForced()).contains(directory);
        files.failForce(directory::equals);
        assertThatThrownBy(this::open).hasMessage("Input/output error");
    }
}
