package dev.flotilla.libp2p.speed;

import static dev.flotilla.libp2p.Hosts.await;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Writes into one stream, always with a few writes under way, until it is told to end. */
final class Pump {
    private static final int WRITE_BYTES = 64 << 10;
    private static final int UNDER_WAY = 8;

    private final Stream stream;
    private final ByteBuf data = Unpooled.directBuffer(WRITE_BYTES).writerIndex(WRITE_BYTES);
    private final AtomicLong written = new AtomicLong();
    private final CompletableFuture<?>[] lanes = new CompletableFuture<?>[UNDER_WAY];
    private volatile boolean ending;

    Pump(Stream stream) {
        this.stream = stream;
    }

    void start() {
        for (int i = 0; i < UNDER_WAY; i++) {
            CompletableFuture<Void> lane = new CompletableFuture<>();
            lanes[i] = lane;
            next(lane);
        }
    }

    private void next(CompletableFuture<Void> lane) {
        if (ending) {
            lane.complete(null);
            return;
        }
        stream.write(data.retainedDuplicate()).whenComplete((done, failure) -> {
            if (failure != null) {
                lane.completeExceptionally(failure);
            } else {
                written.addAndGet(WRITE_BYTES);
                next(lane);
            }
        });
    }

    long written() {
        return written.get();
    }

    /** Ends, and checks that all bytes arrived. */
    void end() {
        ending = true;
        await(CompletableFuture.allOf(lanes));
        stream.finish();
        byte[] arrived = await(stream.readToEnd(Long.BYTES));
        if (ByteBuffer.wrap(arrived).getLong() != written.get()) {
            throw new AssertionError("wrote " + written + ", arrived " + ByteBufUtil.hexDump(arrived));
        }
        data.release();
    }
}
