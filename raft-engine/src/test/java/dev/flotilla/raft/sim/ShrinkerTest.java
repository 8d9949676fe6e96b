package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A violation that is planted is found, made short, and replays. */
class ShrinkerTest {
    private static final int RUNS_MAX = 120;
    private static final int EVENTS_MAX = 200; // so that so many runs make one short, and take little time

    /** Forgets all of it when it is restored from a snapshot. */
    private static final class Forgetful extends Registers {
        @Override
        public void restore(long index, InputStream in) throws IOException {
            new Registers().restore(index, in);
        }
    }

    @Test
    void planThatFailsBecomesShortAndStillFails() {
        Plan failing = firstThatFails();
        Plan shrunk = new Shrinker(plan -> violation(plan, null) != null, RUNS_MAX).shrink(failing);
        assertThat(shrunk.events().size()).isLessThan(failing.events().size() / 4);
        assertThat(violation(shrunk, null)).contains("a read of").contains("; it held");
        assertThat(traceOf(shrunk))
                .isEqualTo(traceOf(shrunk))
                .hasSizeLessThan(traceOf(failing).length());
    }

    @Test
    void samePlanIsShrunkToTheSame() {
        Plan failing = firstThatFails();
        assertThat(shrink(failing)).isEqualTo(shrink(failing));
    }

    private static Plan shrink(Plan failing) {
        return new Shrinker(plan -> violation(plan, null) != null, 20).shrink(failing);
    }

    private static Plan firstThatFails() {
        for (long seed = 1; ; seed++) {
            Plan plan = Plan.draw(seed);
            String found = plan.events().size() > EVENTS_MAX ? null : violation(plan, null);
            if (found != null && found.contains("; it held")) {
                return plan;
            }
        }
    }

    private static @Nullable String violation(Plan plan, @Nullable PrintStream trace) {
        try {
            new Simulation(plan, trace, Forgetful::new).run();
            return null;
        } catch (Violation e) {
            return e.getMessage();
        }
    }

    private static String traceOf(Plan plan) {
        ByteArrayOutputStream trace = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(trace, false, StandardCharsets.UTF_8)) {
            violation(plan, out);
        }
        return trace.toString(StandardCharsets.UTF_8);
    }
}
