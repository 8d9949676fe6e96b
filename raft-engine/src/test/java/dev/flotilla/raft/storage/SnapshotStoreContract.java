package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.SnapshotMeta;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link SnapshotStore} does. Extend it, in any project, to test yours. */
public abstract class SnapshotStoreContract {
    private static final GenesisId A = MessageSamples.genesis(1);
    private static final GenesisId B = MessageSamples.genesis(2);
    private static final int CHUNK = SnapshotChunk.RAW_BYTES;
    private static final Configuration CONFIGURATION = MessageSamples.configuration();

    private SnapshotStore store = new InMemorySnapshotStore();

    /** A store over the same place each time within one test; the first time it is empty. */
    protected abstract SnapshotStore open() throws IOException;

    /** Whether what was written is there again after another {@link #open}. */
    protected abstract boolean isDurable();

    @BeforeEach
    void openStore() throws IOException {
        store = open();
    }

    private void restart() throws IOException {
        if (isDurable()) {
            store = open();
        }
    }

    /** Random bytes, the same for the same seed. */
    protected static byte[] state(int seed, int size) {
        byte[] state = new byte[size];
        new Random(seed).nextBytes(state);
        return state;
    }

    protected static SnapshotMeta save(SnapshotStore store, GenesisId genesis, long index, byte[] state)
            throws IOException {
        return store.save(
                genesis, MessageSamples.id(3, index), CONFIGURATION, MessageSamples.id(2, 5), out -> out.write(state));
    }

    /** The description of a snapshot with that state, as another peer would offer it. */
    protected static SnapshotMeta offer(long index, byte[] state) throws IOException {
        return save(new InMemorySnapshotStore(), A, index, state);
    }

    /** The chunks from {@code offset} on of a snapshot with that state, as another peer would send them. */
    protected static List<SnapshotChunk> chunks(byte[] state, long offset) throws IOException {
        InMemorySnapshotStore other = new InMemorySnapshotStore();
        return chunks(other, save(other, A, 7, state), offset);
    }

    protected static List<SnapshotChunk> chunks(SnapshotStore store, SnapshotMeta snapshot, long offset)
            throws IOException {
        List<SnapshotChunk> found = new ArrayList<>();
        try (SnapshotStore.Chunks chunks = store.chunks(A, snapshot, offset)) {
            for (SnapshotChunk chunk = chunks.next(); chunk != null; chunk = chunks.next()) {
                found.add(chunk);
            }
        }
        return found;
    }

    protected static void append(SnapshotStore.Receiver receiver, List<SnapshotChunk> chunks) throws IOException {
        for (SnapshotChunk chunk : chunks) {
            receiver.append(chunk);
        }
    }

    private byte[] read(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        try (InputStream in = store.open(genesis, snapshot)) {
            return in.readAllBytes();
        }
    }

    @Test
    void isEmptyAtFirst() throws IOException {
        assertThat(store.newest(A)).isEmpty();
        assertThatThrownBy(() -> store.open(A, offer(7, state(1, 10)))).isInstanceOf(IOException.class);
        store.delete(A);
    }

    @Test
    void whatWasSavedIsTheNewest() throws IOException {
        byte[] state = state(1, 300_000);
        SnapshotMeta saved = save(store, A, 7, state);
        assertThat(saved.lastIncluded()).isEqualTo(MessageSamples.id(3, 7));
        assertThat(saved.configuration()).isEqualTo(CONFIGURATION);
        assertThat(saved.configurationId()).isEqualTo(MessageSamples.id(2, 5));
        assertThat(saved.sizeBytes()).isEqualTo(state.length);
        restart();
        assertThat(store.newest(A)).contains(saved);
        assertThat(read(A, saved)).isEqualTo(state);
        assertThat(store.newest(B)).isEmpty();
    }

    @Test
    void anEmptyStateIsAState() throws IOException {
        SnapshotMeta saved = save(store, A, 7, new byte[0]);
        assertThat(read(A, saved)).isEmpty();
    }

    @Test
    void aNewerOneReplacesTheOlderAndNotTheOtherWayRound() throws IOException {
        SnapshotMeta first = save(store, A, 7, state(1, 1000));
        SnapshotMeta second = save(store, A, 9, state(2, 500));
        assertThat(save(store, A, 8, state(3, 700))).isEqualTo(second);
        restart();
        assertThat(store.newest(A)).contains(second);
        assertThat(read(A, second)).isEqualTo(state(2, 500));
        assertThatThrownBy(() -> store.open(A, first)).isInstanceOf(IOException.class);
    }

    @Test
    void aSnapshotThatIsReplacedMeanwhileIsReadToItsEnd() throws IOException {
        byte[] state = state(1, 200_000);
        SnapshotMeta first = save(store, A, 7, state);
        try (InputStream in = store.open(A, first)) {
            byte[] beginning = in.readNBytes(1000);
            save(store, A, 9, state(2, 300_000));
            assertThat(beginning).isEqualTo(Arrays.copyOf(state, 1000));
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(state, 1000, state.length));
        }
    }

    @Test
    void aSaveThatFailsChangesNothing() throws IOException {
        SnapshotMeta first = save(store, A, 7, state(1, 1000));
        assertThatThrownBy(() -> store.save(A, MessageSamples.id(3, 9), CONFIGURATION, MessageSamples.id(2, 5), out -> {
                    out.write(state(2, 100_000));
                    throw new IOException("no state today");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no state today");
        assertThat(store.newest(A)).contains(first);
        assertThat(read(A, first)).isEqualTo(state(1, 1000));
    }

    @Test
    void aStateIsCutTheSameWayWhoeverWroteIt() throws IOException {
        for (int size : new int[] {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK}) {
            byte[] state = state(size, size);
            SnapshotMeta saved = save(store, A, 7 + size, state);
            List<SnapshotChunk> chunks = chunks(store, saved, 0);
            assertThat(chunks).hasSize((size + CHUNK - 1) / CHUNK);
            ByteArrayOutputStream together = new ByteArrayOutputStream();
            for (SnapshotChunk chunk : chunks) {
                assertThat(chunk.rawBytes()).isEqualTo(Math.min(CHUNK, size - together.size()));
                together.writeBytes(chunk.raw());
            }
            assertThat(together.toByteArray()).isEqualTo(state);
            assertThat(saved.hash()).isEqualTo(offer(7, state).hash());
        }
    }

    @Test
    void chunksBeginWhereAReceiverStopped() throws IOException {
        byte[] state = state(3, 2 * CHUNK + 100);
        SnapshotMeta saved = save(store, A, 7, state);
        assertThat(chunks(store, saved, CHUNK)).hasSize(2);
        assertThat(chunks(store, saved, 2 * CHUNK)).hasSize(1);
        assertThat(chunks(store, saved, state.length)).isEmpty();
        for (long wrong : new long[] {-CHUNK, 1, CHUNK - 1, state.length - 1, state.length + 1, 4 * CHUNK}) {
            assertThatThrownBy(() -> chunks(store, saved, wrong))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("begins at offset " + wrong);
        }
    }

    @Test
    void aSnapshotThatWasBeingSentCanStillBeAskedForOnceReplaced() throws IOException {
        byte[] state = state(1, 3 * CHUNK);
        SnapshotMeta first = save(store, A, 7, state);
        try (SnapshotStore.Chunks broken = store.chunks(A, first, 0)) {
            assertThat(broken.next()).isNotNull();
        }
        SnapshotMeta second = save(store, A, 9, state(2, 10));
        SnapshotMeta third = save(store, A, 11, state(3, 10));
        assertThat(chunks(store, first, CHUNK)).hasSize(2);
        assertThat(read(A, first)).isEqualTo(state);
        assertThatThrownBy(() -> chunks(store, second, 0)).isInstanceOf(IOException.class);
        assertThat(store.newest(A)).contains(third);
        store.delete(A);
        assertThatThrownBy(() -> chunks(store, first, CHUNK)).isInstanceOf(IOException.class);
    }

    @Test
    void aReceivedSnapshotIsTheNewestOnceInstalled() throws IOException {
        byte[] state = state(4, 2 * CHUNK + 1000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
            append(receiver, chunks(state, 0));
            receiver.finish();
        }
        assertThat(store.newest(A)).isEmpty();
        restart();
        store.install(A, offer);
        restart();
        assertThat(store.newest(A)).contains(offer);
        assertThat(read(A, offer)).isEqualTo(state);
    }

    @Test
    void whatWasReceivedIsSentOn() throws IOException {
        byte[] state = state(4, 2 * CHUNK + 1000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            append(receiver, chunks(state, 0));
            receiver.finish();
        }
        store.install(A, offer);
        assertThat(chunks(store, offer, CHUNK)).isEqualTo(chunks(state, CHUNK));
    }

    @Test
    void aBrokenTransferIsResumed() throws IOException {
        byte[] state = state(4, 2 * CHUNK + 1000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(chunks(state, 0).get(0));
        }
        restart();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(CHUNK);
            append(receiver, chunks(state, CHUNK));
            receiver.finish();
        }
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(state.length);
            receiver.finish();
        }
        store.install(A, offer);
        assertThat(read(A, offer)).isEqualTo(state);
    }

    @Test
    void aTransferMayGoOnWithWhatAnotherPeerCompresses() throws IOException {
        byte[] state = new byte[2 * CHUNK + 1000];
        SnapshotMeta offer = offer(20, state);
        List<SnapshotChunk> compressed = new ArrayList<>();
        for (SnapshotChunk chunk : chunks(state, 0)) {
            compressed.add(SnapshotChunk.of(chunk.raw(), Compression.ZSTD));
        }
        assertThat(compressed.get(0).stored().size()).isLessThan(CHUNK / 100);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(compressed.get(0));
            receiver.append(chunks(state, CHUNK).get(0));
        }
        restart();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(compressed.get(2));
            receiver.finish();
        }
        store.install(A, offer);
        assertThat(read(A, offer)).isEqualTo(state);
    }

    @Test
    void anotherOfferDropsWhatWasReceived() throws IOException {
        byte[] state = state(4, 2 * CHUNK);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(20, state))) {
            receiver.append(chunks(state, 0).get(0));
        }
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(21, state))) {
            assertThat(receiver.offset()).isZero();
        }
    }

    @Test
    void whatIsOlderThanTheNewestIsDropped() throws IOException {
        byte[] state = state(4, 2 * CHUNK);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(20, state))) {
            receiver.append(chunks(state, 0).get(0));
        }
        save(store, A, 20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(20, state))) {
            assertThat(receiver.offset()).isZero();
        }
    }

    @Test
    void aSnapshotOfOtherBytesIsDropped() throws IOException {
        byte[] state = state(4, 1000);
        SnapshotMeta offer = offer(20, state);
        state[500]++;
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            append(receiver, chunks(state, 0));
            assertThatThrownBy(receiver::finish).isInstanceOf(IOException.class).hasMessageContaining("hash");
        }
        assertThatThrownBy(() -> store.install(A, offer)).isInstanceOf(IOException.class);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
        }
    }

    @Test
    void chunksOfAnotherSizeAndTooFewAreRefused() throws IOException {
        byte[] state = state(4, CHUNK + 10);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(chunks(state, 0).get(0));
            for (int size : new int[] {1, 9, 11, CHUNK}) {
                SnapshotChunk wrong = chunks(state(5, size), 0).get(0);
                assertThatThrownBy(() -> receiver.append(wrong)).isInstanceOf(IOException.class);
            }
            assertThatThrownBy(receiver::finish).isInstanceOf(IOException.class);
        }
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(CHUNK);
        }
    }

    @Test
    void onlyWhatWasFinishedIsInstalled() throws IOException {
        byte[] state = state(4, 1000);
        SnapshotMeta offer = offer(20, state);
        assertThatThrownBy(() -> store.install(A, offer)).isInstanceOf(IOException.class);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            append(receiver, chunks(state, 0));
        }
        assertThatThrownBy(() -> store.install(A, offer)).isInstanceOf(IOException.class);
        assertThat(store.newest(A)).isEmpty();
    }

    @Test
    void anOlderOneIsNotInstalledOverANewerOne() throws IOException {
        byte[] state = state(4, 1000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            append(receiver, chunks(state, 0));
            receiver.finish();
        }
        SnapshotMeta newer = save(store, A, 25, state(5, 10));
        store.install(A, offer);
        assertThat(store.newest(A)).contains(newer);
    }

    @Test
    void deleteRemovesEverythingOfOneGroup() throws IOException {
        save(store, A, 7, state(1, 1000));
        SnapshotMeta other = save(store, B, 8, state(1, 1000));
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(20, state(4, 1000)))) {
            append(receiver, chunks(state(4, 1000), 0));
        }
        store.delete(A);
        restart();
        assertThat(store.newest(A)).isEmpty();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(20, state(4, 1000)))) {
            assertThat(receiver.offset()).isZero();
        }
        assertThat(store.newest(B)).contains(other);
    }
}
