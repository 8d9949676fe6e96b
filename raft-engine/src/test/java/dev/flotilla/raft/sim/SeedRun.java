package dev.flotilla.raft.sim;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * The one stable way into the simulation for those who run it from outside, in a class loader of their own too: a seed
 * in, a {@link Tally} out, or a {@link Violation} of what Raft promises.
 */
public final class SeedRun {
    private SeedRun() {}

    /**
     * Runs one seed to its end.
     *
     * @param trace is told everything that happens, in prose; null for nothing
     * @return what was seen on the way
     * @throws Violation if a property does not hold; other exceptions come from a core that broke down
     */
    public static Tally run(long seed, @Nullable PrintStream trace) {
        return new Simulation(Plan.draw(seed), trace).run();
    }
}
