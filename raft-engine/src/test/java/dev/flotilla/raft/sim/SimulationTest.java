package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Five thousand seeds; {@code -Dsim.seeds=N} for fewer. For all else there is the profile {@code sim}. */
class SimulationTest {
    private static final int SEEDS = 5_000;
    private static final int SEEDS_THAT_SEE_EVERYTHING = 3_000;
    private static final int SEEDS_BESIDE_OTHERS = 40;

    @Test
    void everySeedKeepsThePromisesOfRaft() throws Exception {
        long seeds = Long.getLong("sim.seeds", SEEDS);
        SeedRange range = SeedRange.of(1, seeds).run();
        range.print(System.out);
        if (range.failed()) {
            fail(range.failureText());
        }
        if (seeds >= SEEDS_THAT_SEE_EVERYTHING) {
            assertThat(range.tally().missing()).as("what never happened").isEmpty();
        }
    }

    /** Beyond those that are run each time. They find again what was mended, as long as chance leads to the same runs. */
    @ParameterizedTest
    @ValueSource(
            longs = {
                26_409,
                51_173,
                97_683,
                100_320,
                112_311,
                113_790,
                138_847,
                2_008_296,
                2_016_160,
                80_083_056,
                80_083_677,
                100_131_397,
                100_165_481,
                100_194_722
            })
    void seedThatOnceFailedKeepsThemToo(long seed) {
        assertThatCode(() -> SeedRun.run(seed, null)).doesNotThrowAnyException();
    }

    @Test
    void sameSeedGivesTheSameRun() {
        assertThat(traceOf(7)).isEqualTo(traceOf(7)).contains(" starts ");
    }

    /** Nothing of a run depends on the threads, on what was compiled meanwhile, or on what else there is in the process. */
    @Test
    void sameSeedGivesTheSameRunBesideOthers() {
        Map<Long, Integer> beside = LongStream.rangeClosed(1, SEEDS_BESIDE_OTHERS)
                .parallel()
                .boxed()
                .collect(Collectors.toConcurrentMap(
                        seed -> seed, seed -> traceOf(seed).hashCode()));

        for (long seed = 1; seed <= SEEDS_BESIDE_OTHERS; seed++) {
            assertThat(traceOf(seed).hashCode())
                    .as("hash of the trace of seed %d", seed)
                    .isEqualTo(beside.get(seed));
        }
    }

    private static String traceOf(long seed) {
        ByteArrayOutputStream trace = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(trace, false, StandardCharsets.UTF_8)) {
            out.print(SeedRun.run(seed, out).table());
        }
        return trace.toString(StandardCharsets.UTF_8);
    }
}
