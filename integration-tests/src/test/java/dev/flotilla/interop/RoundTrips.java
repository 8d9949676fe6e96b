package dev.flotilla.interop;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Echoes of 64 bytes over one stream, one after another, each sent when the one before has come back: on the stream's
 * event loop, where protocols of this host run. Event loop only.
 */
final class RoundTrips {
    private static final int BYTES = 64;

    private final Stream stream;
    private final int warmUps;
    private final double[] micros;
    private final CompletableFuture<Double> median = new CompletableFuture<>();
    private int trip; // 0 <= trip <= warmUps + micros.length
    private int left; // 0 <= left <= BYTES; of the answer
    private long beginNanos;

    /** @param warmUps that do not count, before {@code count} that do */
    RoundTrips(Stream stream, int warmUps, int count) {
        this.stream = stream;
        this.warmUps = warmUps;
        this.micros = new double[count];
    }

    /** In microseconds. */
    CompletableFuture<Double> median() {
        return median;
    }

    void next() {
        if (trip == warmUps + micros.length) {
            Arrays.sort(micros);
            median.complete(micros[micros.length / 2]);
            return;
        }
        left = BYTES;
        beginNanos = System.nanoTime();
        CompletableFuture<Void> unused = stream.write(Unpooled.wrappedBuffer(new byte[BYTES]));
        read();
    }

    private void read() {
        CompletableFuture<@Nullable ByteBuf> unused = stream.read().whenComplete(this::onAnswer);
    }

    private void onAnswer(@Nullable ByteBuf bytes, @Nullable Throwable failure) {
        if (bytes == null) {
            median.completeExceptionally(new IOException("the echo ended after " + trip + " round trips", failure));
            return;
        }
        left -= bytes.readableBytes();
        bytes.release();
        if (left > 0) {
            read();
            return;
        }
        if (trip >= warmUps) {
            micros[trip - warmUps] = (System.nanoTime() - beginNanos) / 1e3;
        }
        trip++;
        next();
    }
}
