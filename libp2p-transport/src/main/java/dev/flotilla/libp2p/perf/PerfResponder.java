package dev.flotilla.libp2p.perf;

import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.muxer.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Answers one stream: reads to its end, then sends as many bytes as its first eight say. One read is under way at a time. */
final class PerfResponder {
    private final Stream stream;
    private final PerfLimits limits;
    private final LongAdder received;
    private final ByteBuf head = Unpooled.buffer(Long.BYTES, Long.BYTES);
    private long taken; // the first eight bytes included
    private volatile long lastNanos = System.nanoTime(); // when a byte came or went
    private volatile @Nullable Future<?> silence;

    /** @param received counts what comes after the first eight bytes */
    PerfResponder(Stream stream, PerfLimits limits, LongAdder received) {
        this.stream = stream;
        this.limits = limits;
        this.received = received;
    }

    void start() {
        Future<?> timer = stream.channel()
                .eventLoop()
                .schedule(
                        () -> stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED),
                        limits.timeMax().toNanos(),
                        TimeUnit.NANOSECONDS);
        stream.channel().eventLoop().execute(this::listen);
        stream.closed().thenRun(() -> stop(timer));
        next();
    }

    private void stop(Future<?> timer) {
        timer.cancel(false);
        Future<?> last = silence;
        if (last != null) {
            last.cancel(false);
        }
    }

    /** Ends the stream when nothing has come or gone for so long, and looks again at the time when that can be. */
    private void listen() {
        long leftNanos = lastNanos + limits.silenceMax().toNanos() - System.nanoTime();
        if (leftNanos <= 0) {
            stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
        } else if (stream.isOpen()) {
            silence = stream.channel().eventLoop().schedule(this::listen, leftNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void moved() {
        lastNanos = System.nanoTime();
    }

    private void next() {
        stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                stream.reset();
            } else if (bytes == null) {
                answer();
            } else {
                take(bytes);
                if (taken - Long.BYTES > limits.bytesMax()) {
                    stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
                } else {
                    next();
                }
            }
        });
    }

    private void take(ByteBuf bytes) {
        moved();
        taken += bytes.readableBytes();
        head.writeBytes(bytes, Math.min(head.writableBytes(), bytes.readableBytes()));
        received.add(bytes.readableBytes());
        bytes.release();
    }

    /** The most significant bit is no sign: whoever wants more bytes than a long can count gets none, by a reset. */
    private void answer() {
        long wanted = head.isWritable() ? -1 : head.readLong();
        if (wanted < 0) {
            stream.reset();
        } else if (wanted > limits.bytesMax()) {
            stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
        } else {
            ByteSource.write(stream, wanted, this::moved).whenComplete((done, failure) -> end(failure));
        }
    }

    private void end(@Nullable Throwable failure) {
        if (failure == null) {
            stream.close();
        } else {
            stream.reset();
        }
    }
}
