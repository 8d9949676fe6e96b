package dev.flotilla.libp2p.perf;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Writes a number of bytes into a stream, as fast as it takes them, with a few writes under way at any time. */
final class ByteSource {
    private static final int WRITE_BYTES_MAX = 64 << 10;
    private static final int UNDER_WAY = 8; // so that the connection is not idle between two of them
    private static final ByteBuf ZEROS = Unpooled.unreleasableBuffer(
            Unpooled.wrappedBuffer(new byte[WRITE_BYTES_MAX]).asReadOnly());

    private final Stream stream;
    private final AtomicLong left;
    private final Runnable onWritten;

    private ByteSource(Stream stream, long bytes, Runnable onWritten) {
        this.stream = stream;
        this.left = new AtomicLong(bytes);
        this.onWritten = onWritten;
    }

    /** Completes when the last byte went to the connection. Fails as {@link Stream#write(ByteBuf)} does. */
    static CompletableFuture<Void> write(Stream stream, long bytes) {
        return write(stream, bytes, () -> {});
    }

    /** @param onWritten is told of each part that went to the connection, on any thread */
    static CompletableFuture<Void> write(Stream stream, long bytes, Runnable onWritten) {
        ByteSource source = new ByteSource(stream, bytes, onWritten);
        CompletableFuture<?>[] lanes = new CompletableFuture<?>[UNDER_WAY];
        for (int i = 0; i < UNDER_WAY; i++) {
            CompletableFuture<Void> lane = new CompletableFuture<>();
            lanes[i] = lane;
            source.next(lane);
        }
        return CompletableFuture.allOf(lanes);
    }

    private void next(CompletableFuture<Void> lane) {
        for (int size = take(); size > 0; size = take()) {
            CompletableFuture<Void> written = stream.write(ZEROS.retainedSlice(0, size));
            if (!written.isDone() || written.isCompletedExceptionally()) {
                written.whenComplete((done, failure) -> {
                    if (failure == null) {
                        onWritten.run();
                        next(lane);
                    } else {
                        lane.completeExceptionally(failure);
                    }
                });
                return;
            }
            onWritten.run();
        }
        lane.complete(null);
    }

    private int take() {
        long before = left.getAndUpdate(bytes -> bytes - Math.min(bytes, WRITE_BYTES_MAX));
        return (int) Math.min(before, WRITE_BYTES_MAX);
    }
}
