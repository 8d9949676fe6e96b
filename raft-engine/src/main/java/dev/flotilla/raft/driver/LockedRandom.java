package dev.flotilla.raft.driver;

import java.util.random.RandomGenerator;

/** A generator that several threads draw from: the loops of a node, and whoever opens a group there. */
final class LockedRandom implements RandomGenerator {
    private final RandomGenerator random; // guarded by this

    LockedRandom(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public synchronized long nextLong() {
        return random.nextLong();
    }
}
