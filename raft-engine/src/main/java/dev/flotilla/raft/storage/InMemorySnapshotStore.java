package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Snapshots without a disk, beside an {@link InMemoryLogStorage}. */
public final class InMemorySnapshotStore implements SnapshotStore {
    private final Map<GenesisId, Stored> newest = new HashMap<>();
    private final Map<GenesisId, Partial> partials = new HashMap<>();

    private record Stored(SnapshotMeta meta, Bytes state) {}

    @Override
    public synchronized Optional<SnapshotMeta> newest(GenesisId genesis) {
        return Optional.ofNullable(newest.get(genesis)).map(Stored::meta);
    }

    @Override
    public synchronized InputStream open(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        Stored stored = newest.get(genesis);
        if (stored == null || !stored.meta().equals(snapshot)) {
            throw new IOException("snapshot " + snapshot.lastIncluded() + " is not there any longer");
        }
        return new ByteArrayInputStream(stored.state().toByteArray());
    }

    @Override
    public SnapshotMeta save(
            GenesisId genesis,
            EntryId lastIncluded,
            Configuration configuration,
            EntryId configurationId,
            StateWriter state)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        state.writeTo(out);
        Bytes bytes = Bytes.wrap(out.toByteArray());
        Bytes hash = Bytes.wrap(SnapshotFile.sha256().digest(out.toByteArray()));
        return replace(
                genesis,
                new Stored(new SnapshotMeta(lastIncluded, configuration, configurationId, bytes.size(), hash), bytes));
    }

    private synchronized SnapshotMeta replace(GenesisId genesis, Stored stored) {
        return newest.merge(
                        genesis,
                        stored,
                        (old, added) -> old.meta().index() > added.meta().index() ? old : added)
                .meta();
    }

    @Override
    public synchronized Receiver receive(GenesisId genesis, SnapshotMeta snapshot) {
        Partial partial = partials.get(genesis);
        if (partial == null || !partial.snapshot.equals(snapshot)) {
            partial = new Partial(genesis, snapshot);
            partials.put(genesis, partial);
        }
        return partial;
    }

    @Override
    public synchronized void install(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        Optional<SnapshotMeta> present = newest(genesis);
        if (present.isEmpty() || present.get().index() < snapshot.index()) {
            Partial partial = partials.get(genesis);
            if (partial == null || !partial.snapshot.equals(snapshot) || !partial.finished) {
                throw new IOException("snapshot " + snapshot.lastIncluded() + " of group " + genesis
                        + " was not received, so it cannot be installed");
            }
            replace(genesis, new Stored(snapshot, Bytes.wrap(partial.received.toByteArray())));
        }
        partials.remove(genesis);
    }

    @Override
    public synchronized void delete(GenesisId genesis) {
        newest.remove(genesis);
        partials.remove(genesis);
    }

    private synchronized void drop(GenesisId genesis, Partial partial) {
        partials.remove(genesis, partial);
    }

    private final class Partial implements Receiver {
        private final GenesisId genesis;
        private final SnapshotMeta snapshot;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private boolean finished;

        Partial(GenesisId genesis, SnapshotMeta snapshot) {
            this.genesis = genesis;
            this.snapshot = snapshot;
        }

        @Override
        public long offset() {
            return received.size();
        }

        @Override
        public void append(Bytes chunk) throws IOException {
            if (chunk.size() > snapshot.sizeBytes() - offset()) {
                throw new IOException("snapshot " + snapshot.lastIncluded() + " has " + snapshot.sizeBytes()
                        + " bytes, but " + chunk.size() + " more came at offset " + offset());
            }
            received.writeBytes(chunk.toByteArray());
        }

        @Override
        public void finish() throws IOException {
            Bytes hash = Bytes.wrap(SnapshotFile.sha256().digest(received.toByteArray()));
            if (offset() != snapshot.sizeBytes() || !hash.equals(snapshot.hash())) {
                drop(genesis, this);
                throw new IOException("snapshot " + snapshot.lastIncluded() + " should have " + snapshot.sizeBytes()
                        + " bytes with hash " + snapshot.hash() + ", but " + offset() + " came with hash " + hash);
            }
            finished = true;
        }

        @Override
        public void close() {
            // What was received stays for a resumption.
        }
    }
}
