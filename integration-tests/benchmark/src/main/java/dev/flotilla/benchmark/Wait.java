package dev.flotilla.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waiting for a condition, with a deadline. */
final class Wait {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long PATIENCE_OF_GROUP_MILLIS = 100;
    private static final long PAUSE_MILLIS = 10;

    private Wait() {}

    /** For something that so many groups have to do. */
    static Duration patience(int groups) {
        return PATIENCE.plusMillis(PATIENCE_OF_GROUP_MILLIS * groups);
    }

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /**
     * Returns once {@code condition} holds.
     *
     * @throws IOException if it does not in time; the message names {@code what}
     */
    static void until(String what, Condition condition) throws IOException, InterruptedException {
        until(what, PATIENCE, condition);
    }

    /** The same with a {@code patience} of one's own. */
    static void until(String what, Duration patience, Condition condition) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IOException("waited " + patience.toSeconds() + " s in vain for " + what);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }
}
