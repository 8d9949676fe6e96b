package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final Cell CELL = new Cell("256 B, 64 outstanding", true, 64, 256, 0);

    private static Swarm.Measured measured(long operations, double p50, long failed) {
        Load.Outcome outcome = new Load.Outcome(
                operations, operations, 2, p50, 2 * p50, 3 * p50, failed, failed > 0 ? "no leader" : "");
        return new Swarm.Measured(outcome, new Usage(3, 6L << 20, 90, 600), new Disk.Work(operations * 900, 0.5));
    }

    @Test
    void theMedianIsTheMiddleOne() {
        assertThat(Results.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Results.median(List.of(1.0, 4.0))).isEqualTo(2.5);
    }

    @Test
    void aRowHasTheMediansAndFlotillasRatiosToTheBestOther() {
        Results results = new Results(true);
        for (int operations : List.of(100_000, 300_000, 200_000)) {
            results.add(CELL, Library.FLOTILLA, measured(operations, 150, 0));
        }
        results.add(CELL, Library.RATIS, measured(10_000, 100, 0));
        results.add(CELL, Library.SOFAJRAFT, measured(50_000, 300, 0));

        assertThat(results.table())
                .contains("| 256 B, 64 outstanding | flotilla | 100,000 (4.00) | 25.6 (4.00) | 150 (1.50) | 300 (1.50)"
                        + " | 450 (1.50) | 1.50 (0.25) | 1.50 | 25.0 | 2.00 (1.00) | 30.0 (1.00) | 300 (1.00) | 100 |"
                        + " 100 % |")
                .contains(
                        "| 256 B, 64 outstanding | ratis | 5,000 | 1.28 | 100 | 200 | 300 | 30.0 | 1.50 | 25.0 | 2.00 |"
                                + " 30.0 | 300 | 100 | 0 % |")
                .contains("geometric mean of 1 rows 4.00, least 4.00");
    }

    @Test
    void whatIsNotCountedIsNotShownAsNothing() {
        Results results = new Results(false);
        results.add(CELL, Library.RATIS, measured(10_000, 100, 0));

        assertThat(results.table()).contains("| not counted |").doesNotContain("geometric mean");
    }

    @Test
    void failuresAndEmptyCellsAreToldBelowTheTable() {
        Results results = new Results(true);
        results.add(CELL, Library.RATIS, measured(10_000, 100, 7));
        results.add(CELL, Library.FLOTILLA, measured(0, 0, 0));

        assertThat(results.table())
                .contains("- 256 B, 64 outstanding, ratis: 7 operations failed, the last with: no leader")
                .contains("- 256 B, 64 outstanding, flotilla: nothing ended in time")
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
    }

    @Test
    void secondsAreShownWithTheirMedianAndExtremes() {
        Results results = new Results(true);
        List.of(0.1, 0.3, 0.2).forEach(seconds -> results.addSeconds("failover", Library.FLOTILLA, seconds));
        results.addSeconds("failover", Library.RATIS, 0.4);
        results.addSeconds("failover", Library.SOFAJRAFT, 1.2);

        assertThat(results.table())
                .contains("| failover | flotilla | 0.200 (0.50) | 0.100 | 0.300 |")
                .contains("| failover | ratis | 0.400 | 0.400 | 0.400 |");
    }

    @Test
    void anIdleRowShowsWhatIsUsedAndNoOperations() {
        Results results = new Results(true);
        Cell idle = Cell.idle(1_000);
        results.add(
                idle,
                Library.FLOTILLA,
                new Swarm.Measured(Load.Outcome.idle(2), new Usage(0.1, 6L << 20, 90, 0), new Disk.Work(0, 0)));
        results.add(
                idle,
                Library.RATIS,
                new Swarm.Measured(Load.Outcome.idle(2), new Usage(1, 60L << 20, 900, 0), new Disk.Work(0, 0)));

        assertThat(results.table())
                .contains(
                        "| 1,000 groups, idle | flotilla |  |  |  |  |  |  | 0.0500 (0.10) |  | 2.00 (0.10) | 30.0 (0.10) |")
                .doesNotContain("nothing ended")
                .doesNotContain("geometric mean");
    }

    @Test
    void whatDidNotHappenIsToldBelowTheTable() {
        Results results = new Results(true);
        results.note("1,000 groups", Library.JGROUPS_RAFT, "not run, at most 1");

        assertThat(results.table()).contains("- 1,000 groups, jgroups-raft: not run, at most 1");
    }
}
