package dev.flotilla.raft.driver;

import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import java.io.EOFException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads pieces of wanted sizes from a byte stream. One read at a time. */
final class StreamReader {
    private final ByteStream stream;
    private Bytes left = Bytes.EMPTY; // came with an earlier piece

    StreamReader(ByteStream stream) {
        this.stream = stream;
    }

    ByteStream stream() {
        return stream;
    }

    /** Exactly {@code count} bytes; fails with an {@link EOFException} if the stream ends before. */
    CompletionStage<Bytes> readExactly(int count) {
        return readInto(new byte[count], 0);
    }

    private CompletionStage<Bytes> readInto(byte[] target, int filled) {
        if (filled == target.length) {
            return CompletableFuture.completedFuture(Bytes.wrap(target));
        }
        return readSome(target.length - filled).thenCompose(piece -> {
            piece.copyTo(target, filled);
            return readInto(target, filled + piece.size());
        });
    }

    /** At least one byte and at most {@code max}; fails with an {@link EOFException} at the end of the stream. */
    CompletionStage<Bytes> readSome(int max) {
        if (!left.isEmpty()) {
            return CompletableFuture.completedFuture(take(max));
        }
        return stream.read().thenCompose(piece -> {
            if (piece == null) {
                return CompletableFuture.failedFuture(new EOFException("the stream ended early"));
            }
            left = piece;
            return CompletableFuture.completedFuture(take(max));
        });
    }

    private Bytes take(int max) {
        int count = Math.min(max, left.size());
        Bytes taken = left.slice(0, count);
        left = left.slice(count, left.size() - count);
        return taken;
    }
}
