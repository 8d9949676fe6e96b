package dev.flotilla.raft.sim;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * All that is left to chance in a run, from one seed, but in streams of its own for each who draws: what is left out of
 * a run changes as little as possible of what remains.
 */
final class Chance implements RandomGenerator {
    private static final long ODD = 0x9E3779B97F4A7C15L;

    private final long seed;
    private RandomGenerator current;

    Chance(long seed) {
        this.seed = seed;
        this.current = stream(0);
    }

    /** The stream of that number, from its beginning. */
    RandomGenerator stream(long number) {
        return new SplittableRandom((seed + 1) * ODD ^ Long.rotateLeft(number * ODD, 31));
    }

    /** Runs {@code task}, during which this draws from a stream that {@code taskSeed} begins. */
    void during(long taskSeed, Runnable task) {
        RandomGenerator before = current;
        current = new SplittableRandom(taskSeed);
        try {
            task.run();
        } finally {
            current = before;
        }
    }

    @Override
    public long nextLong() {
        return current.nextLong();
    }
}
