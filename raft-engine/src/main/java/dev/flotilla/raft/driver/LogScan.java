package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.LogStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** A group's log from its first entry to its last, read piece by piece. Throws {@link UncheckedIOException}. */
record LogScan(LogStorage log, GenesisId genesis, EntryId base, EntryId last) implements Iterable<Entry> {
    private static final int PIECE_BYTES = 1 << 20;

    @Override
    public Iterator<Entry> iterator() {
        return new Iterator<>() {
            private Iterator<Entry> piece = List.<Entry>of().iterator();
            private long nextIndex = base.index() + 1;

            @Override
            public boolean hasNext() {
                return nextIndex <= last.index();
            }

            @Override
            public Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the log ends at " + last);
                }
                if (!piece.hasNext()) {
                    piece = read(nextIndex).iterator();
                }
                nextIndex++;
                return piece.next();
            }
        };
    }

    private List<Entry> read(long fromIndex) {
        try {
            List<Entry> entries = log.entries(genesis, fromIndex, last.index() + 1, PIECE_BYTES);
            if (entries.isEmpty()) {
                throw new IOException(
                        "the log of group " + genesis + " has no entry " + fromIndex + " although it ends at " + last);
            }
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
