package dev.flotilla.libp2p.perf;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Answers one stream: reads to its end, then sends as many bytes as its first eight say. One read is under way at a time. */
final class PerfResponder {
    private final Stream stream;
    private final LongAdder received;
    private final ByteBuf head = Unpooled.buffer(Long.BYTES, Long.BYTES);

    /** @param received counts what comes after the first eight bytes */
    PerfResponder(Stream stream, LongAdder received) {
        this.stream = stream;
        this.received = received;
    }

    void next() {
        stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                stream.reset();
            } else if (bytes == null) {
                answer();
            } else {
                take(bytes);
                next();
            }
        });
    }

    private void take(ByteBuf bytes) {
        head.writeBytes(bytes, Math.min(head.writableBytes(), bytes.readableBytes()));
        received.add(bytes.readableBytes());
        bytes.release();
    }

    /** The most significant bit is no sign: whoever wants more bytes than a long can count gets none, by a reset. */
    private void answer() {
        long wanted = head.isWritable() ? -1 : head.readLong();
        if (wanted < 0) {
            stream.reset();
        } else {
            ByteSource.write(stream, wanted).whenComplete((done, failure) -> end(failure));
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
