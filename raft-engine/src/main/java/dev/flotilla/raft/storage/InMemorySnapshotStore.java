package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Snapshots without a disk, beside an {@link InMemoryLogStorage}. */
public final class InMemorySnapshotStore implements SnapshotStore {
    private final Map<GenesisId, Stored> newest = new HashMap<>();
    private final Map<GenesisId, Partial> partials = new HashMap<>();

    private final Map<GenesisId, Stored> previous = new HashMap<>(); // being sent when the newest replaced it
    private final RecentReaders readers = new RecentReaders(System::nanoTime);

    private record Stored(SnapshotMeta meta, Bytes state) {
        SnapshotStore.Chunks chunks(long from) {
            return new SnapshotStore.Chunks() {
                private long offset = from;

                @Override
                public @Nullable SnapshotChunk next() {
                    int rawBytes = ChunkedState.rawBytesAt(meta, offset);
                    Bytes raw = state.slice((int) offset, rawBytes);
                    offset += rawBytes;
                    return rawBytes == 0 ? null : new SnapshotChunk(Compression.NONE, rawBytes, raw);
                }

                @Override
                public void close() {
                    // There is no file.
                }
            };
        }
    }

    @Override
    public synchronized Optional<SnapshotMeta> newest(GenesisId genesis) {
        return Optional.ofNullable(newest.get(genesis)).map(Stored::meta);
    }

    @Override
    public InputStream open(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        return new StateInput(stored(genesis, snapshot).chunks(0), snapshot);
    }

    @Override
    public synchronized Chunks chunks(GenesisId genesis, SnapshotMeta snapshot, long offset) throws IOException {
        Stored stored = stored(genesis, snapshot);
        ChunkedState.checkOffset(snapshot, offset);
        return readers.counted(genesis, snapshot, stored.chunks(offset));
    }

    private synchronized Stored stored(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        for (Map<GenesisId, Stored> place : List.of(newest, previous)) {
            Stored stored = place.get(genesis);
            if (stored != null && stored.meta().equals(snapshot)) {
                return stored;
            }
        }
        throw new IOException("snapshot " + snapshot.lastIncluded() + " is not there any longer");
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
        Stored replaced = newest.get(genesis);
        if (replaced != null && replaced.meta().index() > stored.meta().index()) {
            return replaced.meta();
        }
        Stored older = previous.get(genesis);
        if (older == null || !readers.isInUse(genesis, older.meta())) {
            previous.remove(genesis);
            if (replaced != null && readers.isInUse(genesis, replaced.meta())) {
                previous.put(genesis, replaced);
            }
        }
        newest.put(genesis, stored);
        Partial partial = partials.get(genesis);
        if (partial != null && partial.snapshot.index() <= stored.meta().index()) {
            partials.remove(genesis);
        }
        return stored.meta();
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
        previous.remove(genesis);
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
        public void append(SnapshotChunk chunk) throws IOException {
            ChunkedState.checkChunk(snapshot, offset(), chunk.rawBytes());
            received.writeBytes(chunk.raw());
        }

        @Override
        public void finish() throws IOException {
            if (offset() != snapshot.sizeBytes()) {
                throw new IOException("snapshot " + snapshot.lastIncluded() + " ended after " + offset() + " of "
                        + snapshot.sizeBytes() + " bytes");
            }
            Bytes hash = Bytes.wrap(SnapshotFile.sha256().digest(received.toByteArray()));
            if (!hash.equals(snapshot.hash())) {
                drop(genesis, this);
                throw new IOException("snapshot " + snapshot.lastIncluded() + " came with hash " + hash + " instead of "
                        + snapshot.hash());
            }
            finished = true;
        }

        @Override
        public void close() {
            // What was received stays for a resumption.
        }
    }
}
