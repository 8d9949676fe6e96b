package dev.flotilla.raft.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.GroupDriver;
import dev.flotilla.raft.driver.NodeDriver;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What groups cost that have nothing to do: three nodes in this process, every group on all three. The heap that a group
 * takes on a peer is asserted. {@code -Didle.groups=10000 -Didle.seconds=20} also says how much of one core they take.
 */
@Timeout(600)
class IdleGroupsTest {
    private static final int PEERS = 3;
    private static final int GROUPS = Integer.getInteger("idle.groups", 300);
    private static final int IDLE_SECONDS = Integer.getInteger("idle.seconds", 0);
    private static final long HEAP_BYTES_MAX = 4096;
    private static final long NODE_BYTES_MAX = 128 << 10; // what a node takes without a group: much, among few groups
    private static final int PATIENCE_MINUTES = 5;

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final List<InMemoryLogStorage> logs = new ArrayList<>();
    private final List<NodeDriver> nodes = new ArrayList<>();
    private final List<GroupDriver<Integer>> groups = new ArrayList<>();

    /** A state machine without a state, for all groups. */
    private static final class Stateless implements StateMachine<Integer> {
        @Override
        public List<Integer> apply(List<Committed> batch) {
            return batch.stream().map(each -> 0).toList();
        }

        @Override
        public long lastApplied() {
            return 0;
        }

        @Override
        public Capture capture() {
            return out -> {};
        }

        @Override
        public void restore(long index, InputStream in) {
            // nothing
        }
    }

    @Test
    void anIdleGroupTakesLittleHeap() throws Exception {
        for (int i = 0; i < PEERS; i++) {
            PeerCredentials credentials = Ed25519Credentials.generate();
            InMemoryLogStorage log = new InMemoryLogStorage();
            logs.add(log);
            nodes.add(NodeDriver.start(
                    network.join(credentials.peerId()),
                    credentials,
                    log,
                    new InMemorySnapshotStore(),
                    NodeSettings.defaults()));
        }
        preset();
        long start = System.nanoTime();
        open();
        long opened = System.nanoTime();
        awaitSilence();
        long quiet = System.nanoTime();
        System.out.printf(
                "%d groups on %d peers: opened in %d ms, quiet after %d ms%n",
                GROUPS, PEERS, (opened - start) / 1_000_000, (quiet - start) / 1_000_000);
        measureCpu();
        assertThat(isAllQuiet()).isTrue();
        long withGroups = usedHeap();
        nodes.forEach(NodeDriver::close);
        nodes.clear();
        groups.clear();
        long perGroup = (withGroups - usedHeap()) / ((long) GROUPS * PEERS); // the logs, in memory here, stay
        System.out.printf("%d bytes of heap a group and peer%n", perGroup);
        assertThat(perGroup).isBetween(1L, HEAP_BYTES_MAX + NODE_BYTES_MAX / GROUPS);
    }

    private static GenesisId genesis(int number) {
        return new GenesisId(Bytes.wrap(
                ByteBuffer.allocate(GenesisId.SIZE_BYTES).putInt(number).array()));
    }

    /** Every group begins with all three as voters. */
    private void preset() throws Exception {
        Configuration founders = Configuration.of(nodes.stream()
                .map(node -> Member.voter(node.peerId(), node.storeId()))
                .toList());
        Entry first = new Entry(new EntryId(1, 1), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(founders));
        for (InMemoryLogStorage log : logs) {
            for (int i = 0; i < GROUPS; i++) {
                log.write(List.of(new GroupWrite.Append(genesis(i), new HardState(1, null), List.of(first))));
            }
        }
    }

    private void open() throws Exception {
        RaftConfig config = RaftConfig.defaults().withQuietAfter(Duration.ofSeconds(1));
        StateMachine<Integer> machine = new Stateless();
        for (int i = 0; i < GROUPS; i++) {
            for (NodeDriver node : nodes) {
                groups.add(node.open(genesis(i), machine, config));
            }
        }
    }

    /** Looks at one group after the other, each until it is quiet, and seldom: looking takes time as well. */
    private void awaitSilence() throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
        for (GroupDriver<Integer> group : groups) {
            while (!group.status().join().quiet()) {
                if (System.nanoTime() > end) {
                    throw new TimeoutException("not quiet within " + PATIENCE_MINUTES + " min: "
                            + group.status().join());
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private boolean isAllQuiet() {
        return groups.stream().allMatch(group -> group.status().join().quiet());
    }

    private static void measureCpu() throws Exception {
        if (IDLE_SECONDS > 0) {
            long before = cpuNanos();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS); // what is measured is that nothing happens
            double share = (cpuNanos() - before) / (IDLE_SECONDS * 1e9);
            System.out.printf("%.2f %% of one core over %d s%n", 100 * share, IDLE_SECONDS);
        }
    }

    /** Of all Java threads: the compiler is still busy with what came before. */
    private static long cpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getAllThreadIds())
                .map(threads::getThreadCpuTime)
                .filter(nanos -> nanos > 0)
                .sum();
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
