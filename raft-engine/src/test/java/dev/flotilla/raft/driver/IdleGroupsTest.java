package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What groups cost that have nothing to do. {@link IdleGroupsRun} is the same with many, and says what it takes. */
class IdleGroupsTest {
    private static final int GROUPS = 300;
    // 3,530 at present. Less than IdleGroupsRun asserts, so that what a new feature takes is seen here first.
    private static final long HEAP_BYTES_MAX = 3_700;

    @Test
    @Timeout(600)
    void anIdleGroupTakesLittleHeap() throws Exception {
        assumeTrue(hasSmallReferences(), "in a heap of 32 GiB or more objects are larger: set one with -Xmx");
        try (IdleSwarm swarm = new IdleSwarm(GROUPS)) {
            swarm.fallSilent();
            assertThat(swarm.isAllQuiet()).isTrue();
            long perGroup = swarm.heapPerGroup();
            System.out.printf("%d bytes of heap a group and peer%n", perGroup);
            assertThat(perGroup).isBetween(1L, HEAP_BYTES_MAX);
        }
    }

    private static boolean hasSmallReferences() {
        return Boolean.parseBoolean(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("UseCompressedOops")
                .getValue());
    }
}
