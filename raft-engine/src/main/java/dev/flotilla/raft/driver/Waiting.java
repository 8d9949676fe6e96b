package dev.flotilla.raft.driver;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits for what other threads of the node do, on a thread of the application. */
final class Waiting {
    private Waiting() {}

    /** @throws IOException if {@code future} fails, or the waiting thread is interrupted */
    static void await(CompletableFuture<Void> future) throws IOException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the disk");
        }
    }
}
