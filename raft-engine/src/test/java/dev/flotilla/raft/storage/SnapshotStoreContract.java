package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link SnapshotStore} does. Extend it, in any project, to test yours. */
public abstract class SnapshotStoreContract {
    private static final GenesisId A = MessageSamples.genesis(1);
    private static final GenesisId B = MessageSamples.genesis(2);
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
    void aReceivedSnapshotIsTheNewestOnceInstalled() throws IOException {
        byte[] state = state(4, 150_000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
            receiver.append(Bytes.wrap(state).slice(0, 100_000));
            receiver.append(Bytes.wrap(state).slice(100_000, 50_000));
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
    void aBrokenTransferIsResumed() throws IOException {
        byte[] state = state(4, 150_000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(Bytes.wrap(state).slice(0, 70_000));
        }
        restart();
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(70_000);
            receiver.append(Bytes.wrap(state).slice(70_000, 80_000));
            receiver.finish();
        }
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isEqualTo(150_000);
            receiver.finish();
        }
        store.install(A, offer);
        assertThat(read(A, offer)).isEqualTo(state);
    }

    @Test
    void anotherOfferDropsWhatWasReceived() throws IOException {
        byte[] state = state(4, 1000);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(20, state))) {
            receiver.append(Bytes.wrap(state).slice(0, 500));
        }
        try (SnapshotStore.Receiver receiver = store.receive(A, offer(21, state))) {
            assertThat(receiver.offset()).isZero();
        }
    }

    @Test
    void aSnapshotWithAWrongByteIsDropped() throws IOException {
        byte[] state = state(4, 1000);
        SnapshotMeta offer = offer(20, state);
        state[500]++;
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(Bytes.copyOf(state));
            assertThatThrownBy(receiver::finish).isInstanceOf(IOException.class).hasMessageContaining("hash");
        }
        assertThatThrownBy(() -> store.install(A, offer)).isInstanceOf(IOException.class);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            assertThat(receiver.offset()).isZero();
        }
    }

    @Test
    void tooFewBytesAndTooManyAreRefused() throws IOException {
        byte[] state = state(4, 1000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(Bytes.wrap(state).slice(0, 999));
            assertThatThrownBy(() -> receiver.append(Bytes.wrap(state).slice(0, 2)))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(receiver::finish).isInstanceOf(IOException.class);
        }
    }

    @Test
    void onlyWhatWasFinishedIsInstalled() throws IOException {
        byte[] state = state(4, 1000);
        SnapshotMeta offer = offer(20, state);
        assertThatThrownBy(() -> store.install(A, offer)).isInstanceOf(IOException.class);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(Bytes.copyOf(state));
        }
        assertThatThrownBy(() -> store.install(A, offer)).isInstanceOf(IOException.class);
        assertThat(store.newest(A)).isEmpty();
    }

    @Test
    void anOlderOneIsNotInstalledOverANewerOne() throws IOException {
        byte[] state = state(4, 1000);
        SnapshotMeta offer = offer(20, state);
        try (SnapshotStore.Receiver receiver = store.receive(A, offer)) {
            receiver.append(Bytes.copyOf(state));
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
            receiver.append(Bytes.wrap(new byte[10]));
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
