package dev.flotilla.raft.storage.segment;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the records of a round.
 *
 * @param number rounds are numbered from 1 on, through all segments
 * @param bodyBytes of all records, with their heads and padding
 */
record RoundHead(long number, int bodyBytes, int records) {
    static final int MAGIC = 0x464c5264; // "FLRd"
    static final int BYTES = 4 * Integer.BYTES + Long.BYTES;

    long roundBytes() {
        return (long) BYTES + bodyBytes;
    }

    void encode(ByteBuffer target, int at, Place place) {
        target.putInt(at, MAGIC)
                .putLong(at + 8, number)
                .putInt(at + 16, bodyBytes)
                .putInt(at + 20, records);
        target.putInt(at + 4, sum(target, at, place));
    }

    /** The head at {@code at} of {@code source}, or null if there is none that was written for that place. */
    static @Nullable RoundHead decode(ByteBuffer source, int at, Place place) {
        if (source.limit() - at < BYTES
                || source.getInt(at) != MAGIC
                || source.getInt(at + 4) != sum(source, at, place)) {
            return null;
        }
        RoundHead head = new RoundHead(source.getLong(at + 8), source.getInt(at + 16), source.getInt(at + 20));
        return head.bodyBytes < 0 || head.records < 0 ? null : head;
    }

    private static int sum(ByteBuffer bytes, int at, Place place) {
        return Place.sum(bytes.slice(at + 8, BYTES - 8), place);
    }
}
