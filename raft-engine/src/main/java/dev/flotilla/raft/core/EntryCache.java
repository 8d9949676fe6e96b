package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** The newest entries of a log, as many as fit into a bound, but at least one. */
final class EntryCache {
    private final long bytesMax;
    private final Deque<Entry> entries = new ArrayDeque<>(1); // consecutive, up to the last entry of the log
    private long bytes;

    EntryCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void append(Entry entry) {
        entries.addLast(entry);
        bytes += entry.sizeBytes();
        while (bytes > bytesMax && entries.size() > 1) {
            bytes -= entries.removeFirst().sizeBytes();
        }
    }

    void truncateAfter(long index) {
        while (!entries.isEmpty() && entries.getLast().index() > index) {
            bytes -= entries.removeLast().sizeBytes();
        }
    }

    void compactTo(long index) {
        while (!entries.isEmpty() && entries.getFirst().index() <= index) {
            bytes -= entries.removeFirst().sizeBytes();
        }
    }

    /**
     * Entries from {@code fromIndex} on, not after {@code toIndex}, as many as fit into {@code foundBytesMax} but at least
     * one. Empty if the first of them is not here.
     */
    List<Entry> find(long fromIndex, long toIndex, long foundBytesMax) {
        List<Entry> found = new ArrayList<>();
        if (entries.isEmpty() || fromIndex < entries.getFirst().index()) {
            return found;
        }
        long foundBytes = 0;
        Iterator<Entry> from = from(fromIndex);
        while (from.hasNext()) {
            Entry entry = from.next();
            if (entry.index() < fromIndex) {
                continue;
            }
            foundBytes += entry.sizeBytes();
            if (entry.index() > toIndex || (foundBytes > foundBytesMax && !found.isEmpty())) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    /** Comes to {@code fromIndex} from the nearer end. */
    private Iterator<Entry> from(long fromIndex) {
        if (fromIndex - entries.getFirst().index() < entries.size() / 2) {
            return entries.iterator();
        }
        Deque<Entry> tail = new ArrayDeque<>();
        Iterator<Entry> backwards = entries.descendingIterator();
        while (backwards.hasNext()) {
            Entry entry = backwards.next();
            if (entry.index() < fromIndex) {
                break;
            }
            tail.addFirst(entry);
        }
        return tail.iterator();
    }
}
