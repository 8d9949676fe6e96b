package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What groups cost that have nothing to do. {@link IdleGroupsRun} is the same with many, and says what it takes. */
class IdleGroupsTest {
    private static final int GROUPS = 300;
    private static final long NODE_BYTES_MAX = 128 << 10; // what a node takes without a group: much, among few groups

    @Test
    @Timeout(600)
    void anIdleGroupTakesLittleHeap() throws Exception {
        try (IdleSwarm swarm = new IdleSwarm(GROUPS)) {
            swarm.fallSilent();
            assertThat(swarm.isAllQuiet()).isTrue();
            long perGroup = swarm.heapPerGroup();
            System.out.printf("%d bytes of heap a group and peer%n", perGroup);
            assertThat(perGroup).isBetween(1L, IdleGroupsRun.HEAP_BYTES_MAX + NODE_BYTES_MAX / GROUPS);
        }
    }
}
