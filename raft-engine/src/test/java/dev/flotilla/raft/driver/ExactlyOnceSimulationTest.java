package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Writes of three peers over a log that loses, repeats and reorders what is asked of it, with tables so small that
 * sessions expire all the time: each write is applied at most once, and its caller was told the truth.
 */
class ExactlyOnceSimulationTest {
    private static final int SEEDS = Integer.getInteger("sessions.seeds", 150);
    private static final int FROM = Integer.getInteger("sessions.from", 0);

    @Test
    void eachWriteIsAppliedAtMostOnceAndItsCallerIsToldTheTruth() throws Exception {
        TreeMap<String, Integer> seen = new TreeMap<>();
        for (int seed = FROM; seed < FROM + SEEDS; seed++) {
            try {
                new UnreliableLog(seed, seen).run(600);
            } catch (AssertionError | Exception e) {
                throw new AssertionError(
                        "-Dsessions.from=" + seed + " -Dsessions.seeds=1 replays: " + e.getMessage(), e);
            }
        }
        assertThat(seen.keySet())
                .as("what happened: %s", seen)
                .contains(
                        "outcome applied",
                        "outcome rejected NO_LEADER",
                        "outcome rejected NOT_A_MEMBER",
                        "outcome unknown",
                        "outcome unknown for good",
                        "retry applied",
                        "retry unknown",
                        "retry unknown for good",
                        "duplicate applied",
                        "refused EXPIRED",
                        "refused FORGOTTEN",
                        "entry lost with its leader",
                        "snapshot installed",
                        "restart",
                        "restart of a machine that keeps its state");
        assertThat(seen.keySet()).doesNotContain("refused OTHER_PAYLOAD", "refused OUT_OF_WINDOW");
    }
}
