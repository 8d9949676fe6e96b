package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.metrics.Metric;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Runs what the profile {@code idle} asks for: {@code -Didle.groups=N} groups on three peers in this process, until all
 * are quiet, and then for {@code -Didle.seconds=S}. Closes with one line of numbers. No part of the ordinary tests.
 */
class IdleGroupsRun {
    static final long HEAP_BYTES_MAX = 4096; // a group and peer

    private static final int GROUPS = Integer.getInteger("idle.groups", 10_000);
    private static final int IDLE_SECONDS = Integer.getInteger("idle.seconds", 20);

    @Test
    void idleGroupsCostLittle() throws Exception {
        try (IdleSwarm swarm = new IdleSwarm(GROUPS)) {
            long start = System.nanoTime();
            swarm.fallSilent();
            double quietSeconds = (System.nanoTime() - start) / 1e9;
            long elections = swarm.total(Metric.ELECTIONS_BEGUN);
            long woken = swarm.total(Metric.QUIET_ENDED);
            double share = idle();
            assertThat(swarm.total(Metric.QUIET_ENDED)).as("groups that woke").isEqualTo(woken);
            assertThat(swarm.isAllQuiet()).isTrue();
            long heap = swarm.heapPerGroup();
            System.out.printf(
                    Locale.ROOT,
                    "%d groups on %d peers: all quiet after %.0f s (%d elections, %d wakings), then %.2f %% of one core"
                            + " over %d s, %d bytes of heap a group and peer%n",
                    GROUPS,
                    IdleSwarm.PEERS,
                    quietSeconds,
                    elections,
                    woken,
                    100 * share,
                    IDLE_SECONDS,
                    heap);
            assertThat(heap).isBetween(1L, HEAP_BYTES_MAX);
        }
    }

    /** How much of one core this process takes while nothing happens. */
    private static double idle() throws InterruptedException {
        long before = cpuNanos();
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(IDLE_SECONDS); // what is measured is that nothing happens
        return (double) (cpuNanos() - before) / (System.nanoTime() - start);
    }

    /** Of all Java threads: the compiler is still busy with what came before. */
    private static long cpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getAllThreadIds())
                .map(threads::getThreadCpuTime)
                .filter(nanos -> nanos > 0)
                .sum();
    }
}
