package dev.flotilla.libp2p.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the messages in the bytes of a channel, however they are cut: two bytes of length, then the message (libp2p spec,
 * noise, wire format). Each is gathered in a buffer of its own, in which it is decrypted and handed on.
 */
final class MessageReader {
    static final int LENGTH_BYTES = 2;
    private static final int STRANGER_BYTES = 1024; // what a length alone makes us set aside during the handshake

    private int lengthBytes; // of the length, 0 <= lengthBytes <= 2
    private int length;
    private boolean trusting; // the peer is known: its messages get their whole length at once
    private @Nullable ByteBuf message;

    void trust() {
        trusting = true;
    }

    /** The next message, for the caller to release; null if {@code in} ends before it does. */
    @Nullable
    ByteBuf next(ByteBuf in, ByteBufAllocator allocator) {
        while (lengthBytes < LENGTH_BYTES && in.isReadable()) {
            length = length << 8 | in.readUnsignedByte();
            lengthBytes++;
        }
        if (lengthBytes < LENGTH_BYTES) {
            return null;
        }
        ByteBuf current = message;
        if (current == null) {
            int first = trusting ? length : Math.min(length, Math.max(STRANGER_BYTES, in.readableBytes()));
            current = ChaChaPoly.buffer(allocator, first, length);
            message = current;
        }
        current.writeBytes(in, Math.min(length - current.readableBytes(), in.readableBytes()));
        if (current.readableBytes() < length) {
            return null;
        }
        message = null;
        lengthBytes = 0;
        length = 0;
        return current;
    }

    /** Whether a message has begun and not ended. */
    boolean isInside() {
        return lengthBytes > 0;
    }

    void release() {
        if (message != null) {
            message.release();
            message = null;
        }
    }
}
