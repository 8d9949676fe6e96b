package dev.flotilla.libp2p.multiformats;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Unsigned varints (multiformats, unsigned-varint): at most 9 bytes (63 bits), only the shortest form. */
public final class Varint {
    private static final int BYTES_MAX = 9;

    private Varint() {}

    /** Appends {@code value}, which must not be negative. */
    public static void write(ByteArrayOutputStream out, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("varint must not be negative: " + value);
        }
        long rest = value;
        while (rest >= 0x80) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** Appends the length of {@code bytes}, then the bytes. */
    public static void writeDelimited(ByteArrayOutputStream out, byte[] bytes) {
        write(out, bytes.length);
        out.writeBytes(bytes);
    }

    /**
     * Reads one number and moves the position behind it.
     *
     * @throws IllegalArgumentException if it is cut short, longer than 9 bytes or not in its shortest form
     */
    public static long read(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < BYTES_MAX; i++) {
            if (!in.hasRemaining()) {
                throw new IllegalArgumentException("varint is cut short after " + i + " bytes");
            }
            byte next = in.get();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                if (next == 0 && i > 0) {
                    throw new IllegalArgumentException("varint " + value + " is not in its shortest form");
                }
                return value;
            }
        }
        throw new IllegalArgumentException("varint is longer than " + BYTES_MAX + " bytes");
    }

    /**
     * Reads a length and as many bytes.
     *
     * @throws IllegalArgumentException if the number is malformed or more than what remains
     */
    public static byte[] readDelimited(ByteBuffer in) {
        long length = read(in);
        if (length > in.remaining()) {
            throw new IllegalArgumentException("length " + length + " exceeds the " + in.remaining() + " bytes left");
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }
}
