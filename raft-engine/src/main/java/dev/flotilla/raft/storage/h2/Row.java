package dev.flotilla.raft.storage.h2;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One row of a map as it is stored: {@code magic | sum of the head | size of the body | sum of the body | size of the id |
 * id | body}, of which the body comes last and all before it is the head. Sums are CRC-32C. The id says which row it is,
 * so that one that is found in another's place is known; head and body have sums of their own, so that a row whose body
 * is damaged still says who it is.
 */
final class Row {
    static final int MAGIC = 0x8e10a7ed; // begins with no byte that a message does
    private static final int SUM_AT = Integer.BYTES;
    private static final int SUMMED_FROM = 2 * Integer.BYTES;
    private static final int FIXED_BYTES = 5 * Integer.BYTES;

    private final byte[] id;
    private final byte[] body;
    private final boolean isIntact;

    private Row(byte[] id, byte[] body, boolean isIntact) {
        this.id = id;
        this.body = body;
        this.isIntact = isIntact;
    }

    byte[] id() {
        return id;
    }

    byte[] body() {
        return body;
    }

    /** Whether the body is as it was written. */
    boolean isIntact() {
        return isIntact;
    }

    /** Where the body of a row is, and what its checksum should be. */
    record Body(int at, int size, int sum) {
        int end() {
            return at + size;
        }
    }

    /** The row with that body. */
    static byte[] seal(byte[] id, byte[] body) {
        byte[] sealed = new byte[FIXED_BYTES + id.length + body.length];
        ByteBuffer row = ByteBuffer.wrap(sealed);
        row.putInt(MAGIC).putInt(0).putInt(body.length).putInt(sum(body, 0, body.length));
        row.putInt(id.length).put(id).put(body);
        row.putInt(SUM_AT, headSum(sealed, 0, id.length));
        return sealed;
    }

    private static int headSum(byte[] bytes, int at, int idBytes) {
        return sum(bytes, at + SUMMED_FROM, FIXED_BYTES - SUMMED_FROM + idBytes);
    }

    static int sum(byte[] bytes, int at, int size) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, size);
        return (int) crc.getValue();
    }

    /** The body of the row that begins at {@code at}; null if none does, or its head is damaged. */
    static @Nullable Body body(byte[] bytes, int at, int limit) {
        if (limit - at < FIXED_BYTES) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int bodyBytes = in.getInt(at + SUMMED_FROM);
        int idBytes = in.getInt(at + FIXED_BYTES - Integer.BYTES);
        boolean isRow = in.getInt(at) == MAGIC
                && bodyBytes >= 0
                && idBytes >= 0
                && (long) FIXED_BYTES + idBytes + bodyBytes <= limit - at
                && in.getInt(at + SUM_AT) == headSum(bytes, at, idBytes);
        return isRow
                ? new Body(at + FIXED_BYTES + idBytes, bodyBytes, in.getInt(at + SUMMED_FROM + Integer.BYTES))
                : null;
    }

    /** What {@link #seal} made; null if that cannot be told. */
    static @Nullable Row open(byte[] bytes) {
        Body found = body(bytes, 0, bytes.length);
        if (found == null || found.end() != bytes.length) {
            return null;
        }
        byte[] id = Arrays.copyOfRange(bytes, FIXED_BYTES, found.at());
        byte[] body = Arrays.copyOfRange(bytes, found.at(), found.end());
        return new Row(id, body, sum(body, 0, body.length) == found.sum());
    }
}
