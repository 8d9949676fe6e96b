package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest entries of a log, as many as fit into a bound, but at least one. */
final class EntryCache {
    private static final int ROOM_MIN = 4;

    private final long bytesMax;
    // Consecutive entries, up to the last of the log, each at its index modulo the length, which is a power of two.
    private @Nullable Entry[] ring = new @Nullable Entry[ROOM_MIN];
    private long firstIndex;
    private int size;
    private long bytes;

    EntryCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void append(Entry entry) {
        if (size == 0) {
            firstIndex = entry.index();
        } else if (size == ring.length) {
            grow();
        }
        ring[place(entry.index())] = entry;
        size++;
        bytes += entry.sizeBytes();
        while (bytes > bytesMax && size > 1) {
            removeFirst();
        }
    }

    private void grow() {
        @Nullable Entry[] larger = new @Nullable Entry[2 * ring.length];
        for (long index = firstIndex; index < firstIndex + size; index++) {
            larger[(int) index & (larger.length - 1)] = ring[place(index)];
        }
        ring = larger;
    }

    private int place(long index) {
        return (int) index & (ring.length - 1);
    }

    private Entry at(long index) {
        Entry entry = ring[place(index)];
        if (entry == null || entry.index() != index) {
            throw new AssertionError("entry " + index + " is not at its place in the cache");
        }
        return entry;
    }

    private void removeFirst() {
        remove(firstIndex);
        firstIndex++;
    }

    private void remove(long index) {
        bytes -= at(index).sizeBytes();
        ring[place(index)] = null;
        size--;
    }

    void truncateAfter(long index) {
        while (size > 0 && firstIndex + size - 1 > index) {
            remove(firstIndex + size - 1);
        }
    }

    void compactTo(long index) {
        while (size > 0 && firstIndex <= index) {
            removeFirst();
        }
    }

    /**
     * Entries from {@code fromIndex} on, not after {@code toIndex}, as many as fit into {@code foundBytesMax} but at least
     * one. Empty if the first of them is not here.
     */
    List<Entry> find(long fromIndex, long toIndex, long foundBytesMax) {
        long lastIndex = Math.min(toIndex, firstIndex + size - 1);
        if (fromIndex < firstIndex || fromIndex > lastIndex) {
            return List.of();
        }
        List<Entry> found = new ArrayList<>();
        long foundBytes = 0;
        for (long index = fromIndex; index <= lastIndex; index++) {
            Entry entry = at(index);
            foundBytes += entry.sizeBytes();
            if (foundBytes > foundBytesMax && !found.isEmpty()) {
                break;
            }
            found.add(entry);
        }
        return found;
    }
}
