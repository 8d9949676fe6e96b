package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Which snapshots are being sent, or were so lately that their receivers may come back for the rest. Thread-safe. */
final class RecentReaders {
    /** How long after its last reader a snapshot is still expected to be asked for. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private record Key(GenesisId genesis, SnapshotMeta snapshot) {}

    private static final class Use {
        private int readers;
        private long lastNanos;
    }

    private final LongSupplier nanoTime;
    private final Map<Key, Use> uses = new HashMap<>(); // guarded by this

    RecentReaders(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The same chunks, which count as being read until they are closed. */
    synchronized SnapshotStore.Chunks counted(GenesisId genesis, SnapshotMeta snapshot, SnapshotStore.Chunks chunks) {
        Key key = new Key(genesis, snapshot);
        uses.computeIfAbsent(key, absent -> new Use()).readers++;
        return new Counted(chunks, key);
    }

    /** Whether somebody may come for more of it. */
    synchronized boolean isInUse(GenesisId genesis, SnapshotMeta snapshot) {
        long now = nanoTime.getAsLong();
        uses.values().removeIf(use -> use.readers == 0 && now - use.lastNanos > PATIENCE.toNanos());
        return uses.containsKey(new Key(genesis, snapshot));
    }

    private synchronized void closed(Key key) {
        Use use = uses.get(key);
        if (use != null) {
            use.readers--;
            use.lastNanos = nanoTime.getAsLong();
        }
    }

    private final class Counted implements SnapshotStore.Chunks {
        private final SnapshotStore.Chunks chunks;
        private final Key key;
        private boolean closed;

        Counted(SnapshotStore.Chunks chunks, Key key) {
            this.chunks = chunks;
            this.key = key;
        }

        @Override
        public @Nullable SnapshotChunk next() throws IOException {
            return chunks.next();
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                RecentReaders.this.closed(key);
            }
            chunks.close();
        }
    }
}
