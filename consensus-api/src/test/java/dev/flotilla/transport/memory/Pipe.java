package dev.flotilla.transport.memory;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Bytes one way. A writer may be {@link #WINDOW_BYTES} ahead of its reader. */
final class Pipe {
    static final int WINDOW_BYTES = 256 << 10;

    private final Executor writer;
    private final Executor reader;
    private final Queue<Bytes> pieces = new ArrayDeque<>(); // guarded by this, as all below
    private final Queue<CompletableFuture<Void>> writing = new ArrayDeque<>();
    private int heldBytes;
    private @Nullable CompletableFuture<@Nullable Bytes> reading;
    private boolean finished;
    private boolean readToTheEnd;
    private @Nullable IOException dead;

    Pipe(Executor writer, Executor reader) {
        this.writer = writer;
        this.reader = reader;
    }

    synchronized CompletableFuture<Void> write(Bytes piece) {
        if (finished) {
            throw new IllegalStateException("written after finish");
        }
        if (dead != null) {
            return CompletableFuture.failedFuture(dead);
        }
        if (!piece.isEmpty()) {
            pieces.add(piece);
            heldBytes += piece.size();
        }
        CompletableFuture<Void> written = new CompletableFuture<>();
        writing.add(written);
        move();
        return written;
    }

    synchronized CompletableFuture<@Nullable Bytes> read() {
        if (reading != null) {
            throw new IllegalStateException("a read is outstanding already");
        }
        CompletableFuture<@Nullable Bytes> read = new CompletableFuture<>();
        reading = read;
        move();
        return read;
    }

    synchronized void finish() {
        finished = true;
        move();
    }

    synchronized boolean isReadToTheEnd() {
        return readToTheEnd;
    }

    synchronized void kill(IOException cause) {
        if (dead == null && !readToTheEnd) {
            dead = cause;
            pieces.clear();
            heldBytes = 0;
            move();
        }
    }

    private void move() {
        CompletableFuture<@Nullable Bytes> read = reading;
        IOException cause = dead;
        if (read != null && cause != null) {
            reading = null;
            reader.execute(() -> read.completeExceptionally(cause));
        } else if (read != null && (finished || !pieces.isEmpty())) {
            Bytes piece = pieces.poll();
            heldBytes -= piece == null ? 0 : piece.size();
            readToTheEnd = piece == null;
            reading = null;
            reader.execute(() -> read.complete(piece));
        }
        while (!writing.isEmpty() && (cause != null || heldBytes < WINDOW_BYTES)) {
            CompletableFuture<Void> written = writing.remove();
            writer.execute(() -> {
                if (cause == null) {
                    written.complete(null);
                } else {
                    written.completeExceptionally(cause);
                }
            });
        }
    }
}
