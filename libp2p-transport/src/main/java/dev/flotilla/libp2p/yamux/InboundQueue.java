package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Received bytes of one stream that wait to be read. They are copied together: a slice of one byte would hold the whole
 * network buffer that it came in.
 */
final class InboundQueue {
    private static final int CHUNK_BYTES = 4096;

    private final ByteBufAllocator allocator;
    private final ArrayDeque<ByteBuf> chunks = new ArrayDeque<>();

    InboundQueue(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    /** Adds the bytes of {@code piece} and releases it. */
    void add(ByteBuf piece) {
        try {
            ByteBuf last = chunks.peekLast();
            if (last == null || last.writableBytes() < piece.readableBytes()) {
                last = allocator.buffer(Math.max(CHUNK_BYTES, piece.readableBytes()));
                chunks.add(last);
            }
            last.writeBytes(piece);
        } finally {
            piece.release();
        }
    }

    /** The next bytes, for the caller to release. */
    @Nullable
    ByteBuf poll() {
        return chunks.poll();
    }

    /** Drops everything; the number of bytes that were dropped. */
    long clear() {
        long dropped = 0;
        for (ByteBuf chunk = chunks.poll(); chunk != null; chunk = chunks.poll()) {
            dropped += chunk.readableBytes();
            chunk.release();
        }
        return dropped;
    }
}
