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
    private long memory; // the capacities of the chunks

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
            if (last != null) {
                last.writeBytes(piece, Math.min(last.writableBytes(), piece.readableBytes()));
            }
            if (piece.isReadable()) {
                ByteBuf chunk = allocator.buffer(Math.max(CHUNK_BYTES, piece.readableBytes()));
                chunks.add(chunk.writeBytes(piece));
                memory += chunk.capacity();
            }
        } finally {
            piece.release();
        }
    }

    /** The next bytes, for the caller to release. */
    @Nullable
    ByteBuf poll() {
        ByteBuf chunk = chunks.poll();
        if (chunk != null) {
            memory -= chunk.capacity();
        }
        return chunk;
    }

    /** What waits here, as it counts: with the unused ends of its buffers. */
    long memory() {
        return memory;
    }

    void clear() {
        for (ByteBuf chunk = chunks.poll(); chunk != null; chunk = chunks.poll()) {
            chunk.release();
        }
        memory = 0;
    }
}
