package dev.flotilla.raft.storage.segment;

import java.util.Arrays;

/**
 * Where the entries of one group are: twelve bytes an entry. While a log is replayed from its middle, places may be
 * missing between others.
 */
final class EntryPlaces {
    private static final int SLOTS_MIN = 4;

    private long[] places = new long[0];
    private int[] payloadBytes = new int[0];
    private int head; // the slot of firstIndex
    private int count;
    private long firstIndex = 1;

    /** The index after the last; {@link #firstIndex} if there is none. */
    long endIndex() {
        return firstIndex + count;
    }

    long firstIndex() {
        return firstIndex;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Packed, {@link Place#NOWHERE} if there is none. */
    long place(long index) {
        return index < firstIndex || index >= endIndex() ? Place.NOWHERE : places[slot(index)];
    }

    /** Of the entry at an index that has a place. */
    int payloadBytes(long index) {
        return payloadBytes[slot(index)];
    }

    private int slot(long index) {
        return head + (int) (index - firstIndex);
    }

    /** Sets a place before, within or behind the others. */
    void set(long index, long place, int bytes) {
        if (count == 0) {
            head = 0;
            firstIndex = index;
        }
        long from = Math.min(firstIndex, index);
        long end = Math.max(endIndex(), index + 1);
        reserve(from, end);
        places[slot(index)] = place;
        payloadBytes[slot(index)] = bytes;
    }

    private void reserve(long from, long end) {
        int size = Math.toIntExact(end - from);
        int before = (int) (firstIndex - from);
        if (before > 0 || head + size > places.length) {
            int slots = before == 0 && head >= size ? places.length : Math.max(SLOTS_MIN, size + size / 2);
            long[] newPlaces = new long[slots];
            int[] newBytes = new int[slots];
            System.arraycopy(places, head, newPlaces, before, count);
            System.arraycopy(payloadBytes, head, newBytes, before, count);
            places = newPlaces;
            payloadBytes = newBytes;
            head = 0;
        } else {
            Arrays.fill(places, head + count, head + size, Place.NOWHERE);
        }
        firstIndex = from;
        count = size;
    }

    /** Forgets the entries from {@code index} on. */
    void removeFrom(long index) {
        count = (int) Math.max(0, Math.min(count, index - firstIndex));
        trim();
    }

    /** Forgets the entries before {@code index}. */
    void removeBefore(long index) {
        int removed = (int) Math.max(0, Math.min(count, index - firstIndex));
        head += removed;
        firstIndex += removed;
        count -= removed;
        trim();
    }

    private void trim() {
        if (count == 0) {
            places = new long[0];
            payloadBytes = new int[0];
            head = 0;
        } else if (places.length > 64 && count < places.length / 8) {
            places = Arrays.copyOfRange(places, head, head + count + SLOTS_MIN);
            payloadBytes = Arrays.copyOfRange(payloadBytes, head, head + count + SLOTS_MIN);
            head = 0;
        }
    }
}
