package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Runs what the profile {@code sim} asks for: {@code -Dsim.from=S -Dsim.seeds=N} a range, {@code -Dsim.minutes=M} for as
 * long as that, {@code -Dsim.seed=N} one seed with its trace. No part of the ordinary tests.
 */
class SimulationRun {
    private static final long SEEDS = 20_000;
    private static final int SHRINKING_RUNS_MAX = 2_000;

    @Test
    void seedsKeepThePromisesOfRaft() throws Exception {
        Long seed = Long.getLong("sim.seed");
        SeedRange range = seed == null ? run() : replay(seed);
        range.print(System.out);
        if (range.failed()) {
            fail(range.failureText());
        }
    }

    private static SeedRange run() throws Exception {
        long from = Long.getLong("sim.from", 1);
        Long minutes = Long.getLong("sim.minutes");
        return minutes == null
                ? SeedRange.of(from, Long.getLong("sim.seeds", SEEDS)).run()
                : SeedRange.during(from, Duration.ofMinutes(minutes)).run();
    }

    /** With the whole trace, and if it fails that of a shorter run that does too. */
    private static SeedRange replay(long seed) throws Exception {
        Plan plan = Plan.draw(seed);
        if (trace(plan) != null) {
            Plan shorter = new Shrinker(Shrinker::isViolated, SHRINKING_RUNS_MAX).shrink(plan);
            System.out.println("The same with " + shorter.events().size() + " of "
                    + plan.events().size() + " faults and requests:");
            trace(shorter);
        }
        return SeedRange.of(seed, 1).run();
    }

    private static @Nullable Throwable trace(Plan plan) {
        try {
            new Simulation(plan, System.out).run();
            return null;
        } catch (RuntimeException | AssertionError e) {
            System.out.println(e);
            return e;
        }
    }
}
