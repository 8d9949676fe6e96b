package dev.flotilla.libp2p.ping;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A ping stream that this side opened. One ping at a time. */
public final class PingSession implements AutoCloseable {
    private static final int PAYLOAD_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Stream stream;

    PingSession(Stream stream) {
        this.stream = stream;
    }

    /**
     * One round trip. Fails with an {@link IOException} if the answer is wrong or the stream is dead, and with a
     * {@link java.util.concurrent.TimeoutException} after {@code timeout}; then the stream is reset.
     */
    public CompletableFuture<Duration> ping(Duration timeout) {
        byte[] payload = new byte[PAYLOAD_BYTES];
        random.nextBytes(payload);
        long startNanos = System.nanoTime();
        return stream.write(payload.clone())
                .thenCompose(written -> readAnswer(new byte[PAYLOAD_BYTES], 0))
                .thenCompose(answer -> Arrays.equals(payload, answer)
                        ? CompletableFuture.completedFuture(Duration.ofNanos(System.nanoTime() - startNanos))
                        : CompletableFuture.failedFuture(new IOException("the ping came back with other bytes")))
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        stream.reset();
                    }
                });
    }

    private CompletableFuture<byte[]> readAnswer(byte[] answer, int have) {
        return stream.read().thenCompose(bytes -> {
            int size = take(bytes, answer, have);
            if (size < 0) {
                return CompletableFuture.failedFuture(new IOException("the ping was not answered"));
            }
            return have + size < PAYLOAD_BYTES
                    ? readAnswer(answer, have + size)
                    : CompletableFuture.completedFuture(answer);
        });
    }

    /** How many bytes were taken; -1 at the end of the stream or if there are too many. */
    private static int take(@Nullable ByteBuf bytes, byte[] answer, int have) {
        if (bytes == null) {
            return -1;
        }
        try {
            int size = bytes.readableBytes();
            if (size > answer.length - have) {
                return -1;
            }
            bytes.readBytes(answer, have, size);
            return size;
        } finally {
            bytes.release();
        }
    }

    @Override
    public void close() {
        stream.close();
    }
}
