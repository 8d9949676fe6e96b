package dev.flotilla.libp2p.transport;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into messages, each behind its length as a varint. Memory follows what has come, not what was
 * announced. Not thread-safe.
 */
final class MessageAssembler {
    private static final int FIRST_BYTES = 16 << 10;
    private static final int LENGTH_BITS_MAX = 28; // four bytes of a varint

    private byte @Nullable [] content; // null while the length is read
    private int length;
    private int filled; // bytes of the content, 0 <= filled <= length
    private int lengthBits;

    /**
     * The next message, once its last byte is among what {@code in} holds; null until then. Takes from {@code in} what it
     * uses.
     *
     * @throws IllegalArgumentException if a message has more than {@code bytesMax} bytes or its length is malformed; this
     *     stream can then not be read on
     */
    byte @Nullable [] next(ByteBuf in, int bytesMax) {
        if (content == null && !readLength(in, bytesMax)) {
            return null;
        }
        byte[] target = content == null ? new byte[Math.min(length, FIRST_BYTES)] : content;
        while (filled < length && in.isReadable()) {
            if (filled == target.length) {
                target = Arrays.copyOf(target, Math.min(length, 2 * target.length));
            }
            int piece = Math.min(in.readableBytes(), target.length - filled);
            in.readBytes(target, filled, piece);
            filled += piece;
        }
        content = target;
        if (filled < length) {
            return null;
        }
        content = null;
        length = 0;
        filled = 0;
        return target;
    }

    private boolean readLength(ByteBuf in, int bytesMax) {
        while (in.isReadable()) {
            byte next = in.readByte();
            length |= (next & 0x7f) << lengthBits;
            lengthBits += 7;
            if (next >= 0) {
                if (next == 0 && lengthBits > 7) {
                    throw new IllegalArgumentException("the length " + length + " is not in its shortest form");
                }
                if (length > bytesMax) {
                    throw new IllegalArgumentException(
                            "a message of " + length + " bytes, " + bytesMax + " are the most");
                }
                lengthBits = 0;
                return true;
            }
            if (lengthBits == LENGTH_BITS_MAX) {
                throw new IllegalArgumentException("a length of more than four bytes");
            }
        }
        return false;
    }

    /** Appends the length of a message to {@code out}. */
    static void writeLength(ByteBuf out, int length) {
        int rest = length;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
