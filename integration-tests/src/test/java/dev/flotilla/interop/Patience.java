package dev.flotilla.interop;

import dev.flotilla.libp2p.Hosts;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waiting with a deadline that leaves time for 64 MiB on a busy machine. */
final class Patience {
    private static final int SECONDS = 120;

    private Patience() {}

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS); // orTimeout would have another thread set a timer
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            throw new CompletionException(new InterruptedIOException("interrupted while waiting"));
        }
    }

    /** Whether it fails, rather than completes; that it does neither is an error. */
    static boolean fails(CompletableFuture<?> future) {
        try {
            await(future);
            return false;
        } catch (CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw e;
            }
            return true;
        }
    }

    static void until(String what, BooleanSupplier condition) {
        Hosts.awaitUntil(what, condition);
    }
}
