package dev.flotilla.raft.driver;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets so many bytes pass in a second, of all who share it together, each in the order of asking. What was not used for a
 * while is not saved up. Thread-safe.
 */
final class Throttle {
    private final long bytesPerSecond;
    private final LongSupplier clock;
    private long freeNanos = Long.MIN_VALUE; // when all that has passed is paid for; guarded by this

    /** @param bytesPerSecond {@link Long#MAX_VALUE} for no bound */
    Throttle(long bytesPerSecond, LongSupplier clock) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
    }

    /** How long to wait before {@code bytes} may pass, which are counted as passed. */
    synchronized long delayNanos(long bytes) {
        if (bytesPerSecond == Long.MAX_VALUE) {
            return 0;
        }
        long now = clock.getAsLong();
        long start = Math.max(now, freeNanos);
        freeNanos = start + (long) ((double) bytes / bytesPerSecond * TimeUnit.SECONDS.toNanos(1));
        return start - now;
    }

    /** Waits until {@code bytes} may pass. */
    void pass(long bytes) throws InterruptedIOException {
        try {
            TimeUnit.NANOSECONDS.sleep(delayNanos(bytes));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the node is closing");
        }
    }
}
