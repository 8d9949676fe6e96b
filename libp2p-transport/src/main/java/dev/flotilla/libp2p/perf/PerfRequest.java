package dev.flotilla.libp2p.perf;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One measurement over a stream that this side opened. */
final class PerfRequest {
    private final Stream stream;
    private final long uploadBytes;
    private final long downloadBytes;
    private final CompletableFuture<PerfResult> result = new CompletableFuture<>();
    private long beginNanos;
    private long answeredNanos = -1; // after beginNanos; -1: not yet. Of the thread that reads
    private long received;

    PerfRequest(Stream stream, long uploadBytes, long downloadBytes) {
        this.stream = stream;
        this.uploadBytes = uploadBytes;
        this.downloadBytes = downloadBytes;
    }

    CompletableFuture<PerfResult> run() {
        beginNanos = System.nanoTime();
        stream.write(Unpooled.copyLong(downloadBytes))
                .thenCompose(written -> ByteSource.write(stream, uploadBytes))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        stream.finish();
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
        read();
        return result;
    }

    private void read() {
        stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
                return;
            }
            long nanos = System.nanoTime() - beginNanos;
            answeredNanos = answeredNanos < 0 ? nanos : answeredNanos;
            if (bytes == null) {
                end(nanos);
            } else {
                take(bytes);
            }
        });
    }

    private void take(ByteBuf bytes) {
        received += bytes.readableBytes();
        bytes.release();
        if (received > downloadBytes) {
            result.completeExceptionally(
                    new IOException("the peer sends more than the " + downloadBytes + " bytes that were asked for"));
        } else {
            read();
        }
    }

    private void end(long nanos) {
        if (received < downloadBytes) {
            result.completeExceptionally(
                    new IOException("the peer sent " + received + " of " + downloadBytes + " bytes, then ended"));
            return;
        }
        Duration download = downloadBytes == 0 ? Duration.ZERO : Duration.ofNanos(nanos - answeredNanos);
        result.complete(new PerfResult(uploadBytes, Duration.ofNanos(answeredNanos), downloadBytes, download));
    }
}
