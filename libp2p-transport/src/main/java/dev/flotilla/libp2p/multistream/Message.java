package dev.flotilla.libp2p.multistream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A message: uvarint length, text, newline; the length counts the newline (libp2p spec, multistream-select). */
final class Message {
    static final String HEADER = "/multistream/1.0.0";
    static final String NOT_AVAILABLE = "na";
    private static final int BYTES_MAX = 1024;
    private static final ByteBuf HEADER_BYTES = headerBytes();

    private Message() {}

    /** Whether {@code text} fits into a message and stays one line. */
    static boolean canCarry(String text) {
        return !text.isEmpty() && text.indexOf('\n') < 0 && text.getBytes(StandardCharsets.UTF_8).length < BYTES_MAX;
    }

    static void write(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = bytes.length + 1;
        if (length >= 0x80) {
            out.writeByte((length & 0x7f) | 0x80);
            out.writeByte(length >> 7);
        } else {
            out.writeByte(length);
        }
        out.writeBytes(bytes).writeByte('\n');
    }

    private static ByteBuf headerBytes() {
        ByteBuf bytes = Unpooled.buffer();
        write(bytes, HEADER);
        return Unpooled.unreleasableBuffer(bytes.asReadOnly());
    }

    /** Whether the header begins with {@code in}, as far as that has come. */
    static boolean mayBeHeader(ByteBuf in) {
        int size = Math.min(in.readableBytes(), HEADER_BYTES.readableBytes());
        return ByteBufUtil.equals(in, in.readerIndex(), HEADER_BYTES, 0, size);
    }

    /** Takes the next message out of {@code in}; null, and {@code in} untouched, while it is not complete. */
    static @Nullable String read(ByteBuf in) throws ProtocolNegotiationException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available == 0) {
            return null;
        }
        int length = in.getUnsignedByte(start);
        int prefix = 1;
        if (length >= 0x80) {
            if (available < 2) {
                return null;
            }
            int second = in.getUnsignedByte(start + 1);
            length = (length & 0x7f) | (second << 7);
            prefix = 2;
            if (second == 0) {
                throw new ProtocolNegotiationException("the peer sent a length that is not in its shortest form");
            }
        }
        if (length == 0 || length > BYTES_MAX) {
            throw new ProtocolNegotiationException(
                    "the peer announced a message of " + length + " bytes, not 1 to " + BYTES_MAX);
        }
        if (available < prefix + length) {
            return null;
        }
        if (in.getByte(start + prefix + length - 1) != '\n') {
            throw new ProtocolNegotiationException("the peer sent a message that does not end in a newline");
        }
        in.skipBytes(prefix);
        String text = in.readString(length - 1, StandardCharsets.UTF_8);
        in.skipBytes(1);
        return text;
    }

    /** What the peer said, fit for an error message: short, without control characters. */
    static String quote(String text) {
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        return "'" + (printable.length() > 80 ? printable.substring(0, 80) + ".." : printable) + "'";
    }
}
