package dev.flotilla.libp2p.transport;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Delays that double from a first to a last one, each with a random part of up to half taken off. Not thread-safe. */
final class Backoff {
    private static final long STABLE_NANOS = Duration.ofSeconds(1).toNanos();

    private final long minNanos;
    private final long maxNanos;
    private long nextNanos;
    private long startedNanos;
    private boolean started;

    Backoff(Duration min, Duration max) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.nextNanos = minNanos;
    }

    /** What was tried works. Only if it does so for a while are the delays short again. */
    void started() {
        started = true;
        startedNanos = System.nanoTime();
    }

    void reset() {
        nextNanos = minNanos;
        started = false;
    }

    /** The delay before the next attempt. */
    Duration next() {
        if (started && System.nanoTime() - startedNanos >= STABLE_NANOS) {
            nextNanos = minNanos;
        }
        started = false;
        long delay = nextNanos;
        nextNanos = Math.min(maxNanos, 2 * delay);
        return Duration.ofNanos(delay - ThreadLocalRandom.current().nextLong(delay / 2 + 1));
    }
}
