package dev.flotilla.benchmark;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.perf.Perf;
import dev.flotilla.libp2p.perf.PerfLimits;
import dev.flotilla.libp2p.perf.PerfResult;
import dev.flotilla.libp2p.transport.Libp2pCredentials;
import dev.flotilla.libp2p.transport.Libp2pTransport;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.log.NodeLog;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Flotilla as {@code flotilla run} puts it together: a libp2p host with all its transports and security protocols, the
 * engine's defaults, a data directory with a log of the kind {@code -Dbenchmark.flotilla.log}.
 */
final class FlotillaContender implements Contender {
    private static final LogKind LOG = LogKind.parse(System.getProperty("benchmark.flotilla.log", "segments"));

    private static final int SNAPSHOTS_AT_ONCE = 2; // the default, as is how long one may stand still
    private static final Duration SNAPSHOT_SILENCE = Duration.ofSeconds(30);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private List<Multiaddr> addresses = List.of(); // by peer
    private @Nullable Host host;
    private @Nullable FlotillaGroups groups;

    @Override
    public void start(Place place, Ledgers ledgers) throws Exception {
        PrivateKey identity = identity(place.number());
        DataDirectory data = closing(DataDirectory.open(place.directory(), LOG));
        LogStorage log = closing(NodeLog.open(data));
        AddressBook book = AddressBook.inMemory();
        for (int i = 0; i < place.ports().size(); i++) {
            book.addSeen(identity(i).peerId(), List.of(address(place, i)));
        }
        Host host = closing(Host.builder(identity)
                .listen(address(place, place.number()))
                .service(new Identify())
                .service(new Perf(PerfLimits.none()))
                .build());
        host.start().join();
        addresses = IntStream.range(0, place.ports().size())
                .mapToObj(i -> Multiaddr.parse(
                        address(place, i) + "/p2p/" + identity(i).peerId()))
                .toList();
        this.host = host;
        RaftNode node = closing(RaftNode.builder()
                .transport(closing(Libp2pTransport.start(host, book)))
                .credentials(new Libp2pCredentials(identity))
                .storage(log, FileSnapshotStore.open(data.snapshots()))
                .settings(NodeSettings.defaults()
                        .withSnapshots(Long.MAX_VALUE, Long.MAX_VALUE)
                        .withSnapshotTransfers(SNAPSHOTS_AT_ONCE, Long.MAX_VALUE, SNAPSHOT_SILENCE))
                .start());
        FlotillaGroups entered = new FlotillaGroups(node, place, group -> new Machine(ledgers.of(group)));
        groups = entered;
        entered.enter(new Ticket.Contact(
                identity(0).peerId(), List.of(address(place, 0).toString())));
    }

    /** The same at every start, so that each knows the others. */
    private static PrivateKey identity(int number) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) (number + 1));
        return PrivateKey.ofEd25519Seed(seed);
    }

    private static Multiaddr address(Place place, int number) {
        return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + place.ports().get(number));
    }

    private <T extends AutoCloseable> T closing(T resource) {
        started.push(resource);
        return resource;
    }

    private FlotillaGroups groups() {
        FlotillaGroups present = groups;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present;
    }

    @Override
    public boolean isLeader(int group) {
        return groups().leads(group);
    }

    @Override
    public boolean follows(int group) {
        return groups().follows(group);
    }

    @Override
    public void propose(int group, byte[] command, Done done) {
        var unused = groups().group(group)
                .propose(Bytes.wrap(command))
                .whenComplete((outcome, failure) -> done.ended(
                        failure != null
                                ? failure.toString()
                                : outcome instanceof Outcome.Applied ? null : outcome.toString()));
    }

    @Override
    public void read(Done done) {
        var unused = groups().group(0)
                .read(Consistency.linearizable(), () -> true)
                .whenComplete((result, failure) -> done.ended(failure == null ? null : failure.toString()));
    }

    @Override
    public void snapshot(Done done) {
        var unused = groups().group(0)
                .takeSnapshot()
                .whenComplete((meta, failure) -> done.ended(failure == null ? null : failure.toString()));
    }

    /** By libp2p's perf protocol, on a stream of the connection that Raft's streams are on. */
    @Override
    public double copySeconds(int number, long bytes) throws Exception {
        Host present = host;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        PerfResult result = present.connect(addresses.get(number))
                .thenCompose(connection -> Perf.measure(connection, 0, bytes))
                .get(Wait.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return result.downloadTime().toNanos() / 1e9;
    }

    @Override
    public void close() throws IOException {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    /** Applies to the ledger. */
    private static final class Machine implements StateMachine<Boolean> {
        private final Ledger ledger;
        private final Ballast ballast = Ballast.ofProcess();

        Machine(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public List<Boolean> apply(List<Committed> batch) {
            Boolean[] results = new Boolean[batch.size()];
            Arrays.fill(results, true);
            for (Committed committed : batch) {
                ledger.apply(committed.data().asByteBuffer());
            }
            return List.of(results);
        }

        @Override
        public long lastApplied() {
            return 0;
        }

        @Override
        public Capture capture() {
            Ledger.State captured = ledger.state();
            return out -> ballast.write(captured, out);
        }

        @Override
        public void restore(long index, InputStream in) throws IOException {
            ballast.read(ledger, in);
        }
    }
}
