package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A thousand seeds. {@code -Dsim.seed=N} replays one with a trace; {@code -Dsim.from=N} and {@code -Dsim.seeds=N} choose
 * others.
 */
class SimulationTest {
    private static final int SEEDS = 1_000;
    private static final int THREADS = 2;
    private static final int FAILURES_SHOWN = 5;

    @Test
    void everySeedKeepsThePromisesOfRaft() throws Exception {
        Long seed = Long.getLong("sim.seed");
        if (seed != null) {
            SeedRun.run(seed, System.out);
            return;
        }
        long from = Long.getLong("sim.from", 1);
        long seeds = Long.getLong("sim.seeds", SEEDS);
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        Tally tally = runAll(from, seeds, failures);
        System.out.println(seeds + " seeds from " + from + "\n" + tally.table());
        if (!failures.isEmpty()) {
            fail(failures.size() + " of " + seeds + " seeds failed; the first:\n"
                    + String.join("\n", failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))));
        }
        if (seeds >= SEEDS) {
            assertThat(tally.missing()).as("what never happened").isEmpty();
        }
    }

    @Test
    void sameSeedGivesTheSameRun() {
        assertThat(runOf(7)).isEqualTo(runOf(7));
    }

    private static String runOf(long seed) {
        return SeedRun.run(seed, null).table();
    }

    private static Tally runAll(long from, long seeds, List<String> failures) throws Exception {
        AtomicLong next = new AtomicLong(from);
        Callable<Tally> worker = () -> {
            Tally tally = new Tally();
            for (long seed = next.getAndIncrement(); seed < from + seeds; seed = next.getAndIncrement()) {
                runOne(seed, tally, failures);
            }
            return tally;
        };
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            Tally all = new Tally();
            for (Future<Tally> part : threads.invokeAll(Collections.nCopies(THREADS, worker))) {
                all.merge(part.get());
            }
            return all;
        } finally {
            threads.shutdown();
        }
    }

    private static void runOne(long seed, Tally tally, List<String> failures) {
        try {
            tally.add(SeedRun.run(seed, null));
        } catch (RuntimeException | AssertionError e) {
            StackTraceElement where = e.getStackTrace().length > 0 ? e.getStackTrace()[0] : null;
            failures.add("mvn -pl raft-engine -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dsim.seed=" + seed + "\n    " + e + "\n    at " + where);
        }
    }
}
