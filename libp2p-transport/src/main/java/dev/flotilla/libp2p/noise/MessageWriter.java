package dev.flotilla.libp2p.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CoalescingBufferQueue;
import java.security.GeneralSecurityException;

/**
 * What is to be sent in the clear: it waits here until it is flushed, and goes out in messages as long as possible, two
 * bytes of length before each (libp2p spec, noise, wire format). It counts for the channel's writability.
 */
final class MessageWriter {
    private static final int CLEAR_BYTES_MAX = 65_535 - CipherState.TAG_BYTES;

    private final ChannelHandlerContext ctx;
    private final CoalescingBufferQueue waiting;

    MessageWriter(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        this.waiting = new CoalescingBufferQueue(ctx.channel(), 16, true);
    }

    void add(ByteBuf clear, ChannelPromise promise) {
        waiting.add(clear, promise);
    }

    /** Writes all that waits, without flushing. */
    void writeAll(CipherState cipher) throws GeneralSecurityException {
        while (!waiting.isEmpty()) {
            ChannelPromise promise = ctx.newPromise();
            ByteBuf clear = waiting.remove(CLEAR_BYTES_MAX, promise);
            try {
                ctx.write(clear.isReadable() ? encrypt(cipher, clear) : Unpooled.EMPTY_BUFFER, promise);
            } catch (GeneralSecurityException e) {
                promise.tryFailure(e);
                throw e;
            } finally {
                clear.release();
            }
        }
    }

    /** Gathers what is to be said behind its length, and encrypts it there. */
    private ByteBuf encrypt(CipherState cipher, ByteBuf clear) throws GeneralSecurityException {
        int length = clear.readableBytes();
        int frameLength = MessageReader.LENGTH_BYTES + length + CipherState.TAG_BYTES;
        ByteBuf frame = ChaChaPoly.buffer(ctx.alloc(), frameLength, frameLength);
        try {
            frame.writeShort(length + CipherState.TAG_BYTES);
            clear.readBytes(frame, length); // piece by piece: writeBytes would gather them on the heap first
            cipher.encrypt(frame, MessageReader.LENGTH_BYTES, length);
            frame.writerIndex(frameLength);
            return frame.retain();
        } finally {
            frame.release();
        }
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    void fail(Throwable cause) {
        waiting.releaseAndFailAll(ctx, cause);
    }
}
