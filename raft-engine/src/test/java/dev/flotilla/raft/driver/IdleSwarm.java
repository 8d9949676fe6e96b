package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.metrics.InMemoryMetrics;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.metrics.Sample;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Three nodes in this process with the same groups on all three, of which nothing is asked. They are opened in waves, each
 * once the one before is quiet, as an application should open many: groups that are awake send heartbeats each 100 ms.
 * {@code -Didle.wave=N} sets how many at a time, {@code -Didle.new=true} has them begin as new ones.
 */
final class IdleSwarm implements AutoCloseable {
    static final int PEERS = 3;

    private static final int WAVE = Integer.getInteger("idle.wave", 500); // groups
    private static final boolean NEW = Boolean.getBoolean("idle.new"); // members have no certificates yet
    private static final int PATIENCE_MINUTES = 5; // for a wave

    private final int size;
    private final InMemoryNetwork network = new InMemoryNetwork();
    private final List<InMemoryLogStorage> logs = new ArrayList<>();
    private final List<InMemoryMetrics> metrics = new ArrayList<>();
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

    IdleSwarm(int size) throws Exception {
        this.size = size;
        for (int i = 0; i < PEERS; i++) {
            PeerCredentials credentials = Ed25519Credentials.generate();
            InMemoryLogStorage log = new InMemoryLogStorage();
            InMemoryMetrics numbers = new InMemoryMetrics(0);
            logs.add(log);
            metrics.add(numbers);
            nodes.add(NodeDriver.start(
                    network.join(credentials.peerId()),
                    credentials,
                    log,
                    new InMemorySnapshotStore(),
                    NodeSettings.defaults(),
                    numbers));
        }
        preset();
    }

    /** So many of these happened on all nodes so far. */
    long total(Metric metric) {
        return metrics.stream()
                .flatMap(numbers -> numbers.snapshot().stream())
                .filter(sample -> sample.metric() == metric)
                .mapToLong(Sample::value)
                .sum();
    }

    /** As different from the others as those that are drawn at random. */
    private static GenesisId genesis(int number) {
        byte[] id = new byte[GenesisId.SIZE_BYTES];
        new Random(number).nextBytes(id);
        return new GenesisId(Bytes.wrap(id));
    }

    /** Every group begins as after a restart: with all three as voters, which have their certificates unless all is new. */
    private void preset() throws Exception {
        Configuration founders = Configuration.of(nodes.stream()
                .map(node -> Member.voter(node.peerId(), node.storeId()))
                .toList());
        EntryId firstId = new EntryId(1, 1);
        Entry first = new Entry(firstId, Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(founders));
        for (int i = 0; i < size; i++) {
            for (int n = 0; n < PEERS; n++) {
                NodeDriver node = nodes.get(n);
                Certificate certificate = new Certificate(
                        genesis(i),
                        node.peerId(),
                        node.storeId(),
                        firstId,
                        nodes.get((n + 1) % PEERS).peerId(),
                        Bytes.wrap(new byte[64])); // shown to nobody here
                logs.get(n)
                        .write(List.of(
                                new GroupWrite.Append(genesis(i), new HardState(1, null), List.of(first)),
                                Tables.putCertificates(genesis(i), NEW ? List.of() : List.of(certificate))));
            }
        }
    }

    /** Opens all groups and waits until they are quiet. */
    void fallSilent() throws Exception {
        RaftConfig config = RaftConfig.defaults().withQuietAfter(Duration.ofSeconds(1));
        StateMachine<Integer> machine = new Stateless();
        for (int opened = 0; opened < size; ) {
            int end = Math.min(opened + WAVE, size);
            for (; opened < end; opened++) {
                for (NodeDriver node : nodes) {
                    groups.add(node.open(genesis(opened), machine, config));
                }
            }
            awaitSilence(groups.subList(Math.max(0, groups.size() - WAVE * PEERS), groups.size()));
        }
        awaitSilence(groups); // should one have woken since
    }

    /** Looks at one group after the other, each until it is quiet, and seldom: looking takes time as well. */
    private static void awaitSilence(List<GroupDriver<Integer>> groups) throws Exception {
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

    boolean isAllQuiet() {
        return groups.stream().allMatch(group -> group.status().join().quiet());
    }

    /**
     * Ends all groups, and says how many bytes of heap each took on each peer: with a share of what its node took, without
     * that of its log, which is in memory here.
     */
    long heapPerGroup() {
        usedHeap(); // what measures it stays on the heap as well
        long withGroups = usedHeap();
        close();
        return (withGroups - usedHeap()) / ((long) size * PEERS);
    }

    /** Of what is reachable: how full the heap is would count what threads set aside for what they allocate next. */
    private static long usedHeap() {
        for (int i = 0; i < 2; i++) {
            System.gc();
        }
        try {
            Object histogram = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram", // after a collection
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            String text = String.valueOf(histogram).strip();
            return Long.parseLong(text.substring(text.lastIndexOf(' ') + 1)); // the total of bytes
        } catch (JMException e) {
            throw new IllegalStateException("this JVM does not tell what is on its heap", e);
        }
    }

    /** Ends all nodes at once: those that go on longer would elect leaders anew, which their logs would remember. */
    @Override
    public void close() {
        List<Thread> closing =
                nodes.stream().map(node -> new Thread(node::close)).toList();
        closing.forEach(Thread::start);
        try {
            for (Thread thread : closing) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        nodes.clear();
        groups.clear();
    }
}
