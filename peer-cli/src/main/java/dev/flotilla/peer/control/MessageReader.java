package dev.flotilla.peer.control;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Puts messages together from the pieces in which they arrive. Memory grows with what has come, not with what is told. */
final class MessageReader {
    static final int LENGTH_BYTES = 4;

    /** Of one message: a document of the largest size fits, with all its characters escaped. */
    static final int MESSAGE_BYTES_MAX = 64 << 20;

    private byte[] buffer = new byte[4096];
    private int size;

    /** Takes a piece; {@link #next} may have a message then. */
    void add(Bytes piece) {
        int needed = size + piece.size();
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(needed, 2 * buffer.length));
        }
        piece.copyTo(buffer, size);
        size = needed;
    }

    /**
     * The next whole message, or null until more has come.
     *
     * @throws IOException if a message of that length is not taken
     */
    @Nullable
    Bytes next() throws IOException {
        if (size < LENGTH_BYTES) {
            return null;
        }
        int length = ByteBuffer.wrap(buffer).getInt();
        if (length <= 0 || length > MESSAGE_BYTES_MAX) {
            throw new IOException("a control message of " + Integer.toUnsignedString(length) + " bytes, expected 1 to "
                    + MESSAGE_BYTES_MAX);
        }
        int end = LENGTH_BYTES + length;
        if (size < end) {
            return null;
        }
        Bytes message = Bytes.wrap(Arrays.copyOfRange(buffer, LENGTH_BYTES, end));
        System.arraycopy(buffer, end, buffer, 0, size - end);
        size -= end;
        return message;
    }

    /** Whether nothing of another message has come. */
    boolean isEmpty() {
        return size == 0;
    }
}
