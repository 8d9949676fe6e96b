package dev.flotilla.raft.storage.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The first {@value #BYTES} bytes of a segment's file, never written again: twice the same, so that one flipped bit does
 * no harm.
 *
 * @param logId the same in all segments of one log
 * @param fileBytes how large the file was made
 * @param firstRound the number of its first round
 * @param previousEnd where the last round of the segment before ends; 0 in the first one
 * @param oldest segments before that were not needed any longer
 */
record SegmentHeader(long segment, long logId, int fileBytes, long firstRound, int previousEnd, long oldest) {
    static final int BYTES = 4096;
    static final int FORMAT = 1;
    private static final long MAGIC = 0x464c4f545345474dL; // "FLOTSEGM"
    private static final int COPY_AT = BYTES / 2;
    private static final int USED_BYTES = 64;
    private static final int SUM_AT = USED_BYTES - Integer.BYTES;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        put(bytes, 0);
        put(bytes, COPY_AT);
        return bytes;
    }

    private void put(ByteBuffer bytes, int at) {
        bytes.putLong(at, MAGIC)
                .putInt(at + 8, FORMAT)
                .putLong(at + 16, segment)
                .putLong(at + 24, logId)
                .putInt(at + 32, fileBytes)
                .putInt(at + 36, previousEnd)
                .putLong(at + 40, firstRound)
                .putLong(at + 48, oldest);
        bytes.putInt(at + SUM_AT, sum(bytes, at));
    }

    private static int sum(ByteBuffer bytes, int at) {
        return RecordHead.payloadSum(bytes.slice(at, SUM_AT));
    }

    /**
     * The header in the first bytes of a file.
     *
     * @return null if both copies are damaged
     * @throws IOException if it is of a newer format; the message names the file
     */
    static @Nullable SegmentHeader decode(ByteBuffer bytes, Path path) throws IOException {
        for (int at = 0; at <= COPY_AT; at += COPY_AT) {
            if (isWhole(bytes, at)) {
                int format = bytes.getInt(at + 8);
                if (format != FORMAT) {
                    throw new IOException("log segment " + path + " has format " + format
                            + ", which this version does not know (it knows " + FORMAT + "): use a newer one");
                }
                return new SegmentHeader(
                        bytes.getLong(at + 16),
                        bytes.getLong(at + 24),
                        bytes.getInt(at + 32),
                        bytes.getLong(at + 40),
                        bytes.getInt(at + 36),
                        bytes.getLong(at + 48));
            }
        }
        return null;
    }

    /** Every format has the sum there, so that a damaged number is not taken for another format. */
    private static boolean isWhole(ByteBuffer bytes, int at) {
        return bytes.limit() >= at + USED_BYTES
                && bytes.getLong(at) == MAGIC
                && bytes.getInt(at + SUM_AT) == sum(bytes, at);
    }
}
