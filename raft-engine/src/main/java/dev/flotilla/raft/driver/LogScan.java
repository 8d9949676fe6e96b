package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.StoredEntry;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A group's log from its first entry to its last, read piece by piece, with what is known of damaged entries in their
 * places. Throws {@link UncheckedIOException}.
 */
record LogScan(LogStorage log, GenesisId genesis, EntryId base, EntryId last) implements Iterable<StoredEntry> {
    private static final int PIECE_BYTES = 1 << 20;

    @Override
    public Iterator<StoredEntry> iterator() {
        return new Iterator<>() {
            private Iterator<? extends StoredEntry> piece = List.<Entry>of().iterator();
            private long nextIndex = base.index() + 1;

            @Override
            public boolean hasNext() {
                return nextIndex <= last.index();
            }

            @Override
            public StoredEntry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the log ends at " + last);
                }
                if (!piece.hasNext()) {
                    try {
                        piece = read(nextIndex, PIECE_BYTES).iterator();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e.getMessage(), e);
                    }
                }
                nextIndex++;
                return piece.next();
            }
        };
    }

    /** Which entry is at {@code index}, damaged or not. */
    EntryId at(long index) throws IOException {
        return read(index, 1).get(0).id();
    }

    private List<? extends StoredEntry> read(long fromIndex, int bytesMax) throws IOException {
        try {
            List<Entry> entries = log.entries(genesis, fromIndex, last.index() + 1, bytesMax);
            if (entries.isEmpty()) {
                throw new IOException(
                        "the log of group " + genesis + " has no entry " + fromIndex + " although it ends at " + last);
            }
            return entries;
        } catch (DamagedLogException e) {
            return List.of(damaged(fromIndex, e));
        }
    }

    private DamagedEntry damaged(long index, DamagedLogException found) throws IOException {
        return log.damage(genesis).entries().stream()
                .filter(entry -> entry.index() == index)
                .findFirst()
                .orElseThrow(() -> found);
    }
}
