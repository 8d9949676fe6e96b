package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.SnapshotChunk;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots between peers, over streams that are refused, break, or give what nobody asked for. */
@Timeout(60)
class SnapshotTransferTest {
    private static final GenesisId GENESIS = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));
    private static final StoreId STORE = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
    private static final Meters METERS = new Meters(Metrics.NONE);
    private static final int CHUNK = SnapshotChunk.RAW_BYTES;
    private static final byte[] STATE = state();

    /** One node, as far as snapshots need one. */
    private final class Node {
        private final PeerCredentials credentials = Ed25519Credentials.generate();
        private final PeerTransport transport = network.join(credentials.peerId());
        private final InMemorySnapshotStore snapshots = new InMemorySnapshotStore();
        private final Set<PeerId> strangers = new HashSet<>();
        private final Links links = new Links(transport, METERS, new NoListener());
        private final NodeContext context = context();
        private final SnapshotServer server = new SnapshotServer(context, (peer, request) -> !strangers.contains(peer));

        Node() {
            transport.connectivity(links);
            transport.acceptStreams(Lane.SNAPSHOT, server::onStream);
            nodes.add(this);
        }

        private NodeContext context() {
            return context(snapshots);
        }

        NodeContext context(SnapshotStore store) {
            InMemoryLogStorage log = new InMemoryLogStorage();
            return new NodeContext(
                    settings,
                    new NodeContext.Ports(transport, log, store),
                    new NodeContext.Identity(credentials, STORE, 1, FeatureLevel.NEWEST),
                    NodeContext.Services.of(
                            settings,
                            System::nanoTime,
                            new StorageThread(log, METERS, failure -> {}),
                            links,
                            new NodeHeartbeats(1, 1, 5, 0, peer -> {})),
                    METERS);
        }

        PeerId id() {
            return credentials.peerId();
        }

        void keep(Node... peers) throws Exception {
            Set<PeerId> wanted = new HashSet<>();
            for (Node peer : peers) {
                wanted.add(peer.id());
            }
            links.want(GENESIS, wanted);
            while (!wanted.stream().allMatch(links::isConnected)) {
                Thread.onSpinWait();
            }
        }

        SnapshotMeta save(long index) throws Exception {
            return snapshots.save(
                    GENESIS, new EntryId(1, index), Configuration.EMPTY, EntryId.NONE, out -> out.write(STATE));
        }

        /** Answers the first request with the first chunk, and breaks off all later ones. */
        void breakAfterOneChunk(SnapshotMeta snapshot) {
            AtomicLong requests = new AtomicLong();
            transport.acceptStreams(Lane.SNAPSHOT, stream -> {
                if (requests.incrementAndGet() > 1) {
                    stream.reset();
                    return;
                }
                var unused = new StreamReader(stream)
                        .readExactly(SnapshotServer.LENGTH_BYTES)
                        .thenCompose(length -> stream.write(SnapshotAnswer.HERE.encode()))
                        .thenCompose(written -> stream.write(firstChunk(snapshot)))
                        .thenRun(stream::finish);
            });
        }

        private Bytes firstChunk(SnapshotMeta snapshot) {
            try (SnapshotStore.Chunks chunks = snapshots.chunks(GENESIS, snapshot, 0)) {
                SnapshotChunk first = chunks.next();
                return first == null ? Bytes.EMPTY : first.encode();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        void close() throws Exception {
            context.threads().close();
            transport.close();
        }
    }

    private static final class NoListener implements Links.Listener {
        @Override
        public void connected(PeerId peer) {}

        @Override
        public void lost(PeerId peer, boolean closedByPeer) {}

        @Override
        public void unreachable(PeerId peer, boolean refused) {}
    }

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final NodeSettings settings = NodeSettings.defaults();
    private final List<Node> nodes = new ArrayList<>();
    private final Node to = new Node();
    private final Node leader = new Node();
    private final Node other = new Node();
    private final SnapshotFetcher fetcher = new SnapshotFetcher(to.context, GENESIS);
    private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (Node node : nodes) {
            node.close();
        }
    }

    private static byte[] state() {
        byte[] state = new byte[3 * CHUNK + 100];
        new Random(7).nextBytes(state);
        return state;
    }

    private void fetch(String name, SnapshotMeta snapshot) {
        fetcher.fetch(snapshot, List.of(other.id(), leader.id()), loop::add, fetched -> told.add(name + " " + fetched));
    }

    private void runNext() throws Exception {
        Runnable next = loop.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        if (next != null) {
            next.run();
        }
    }

    private void assertHere(SnapshotMeta snapshot) throws Exception {
        to.snapshots.install(GENESIS, snapshot);
        try (InputStream in = to.snapshots.open(GENESIS, snapshot)) {
            assertThat(in.readAllBytes()).isEqualTo(STATE);
        }
    }

    @Test
    void theLeaderGivesWhatNobodyElseHas() throws Exception {
        SnapshotMeta snapshot = leader.save(5);
        other.save(4);
        to.keep(leader, other);
        fetch("it", snapshot);
        runNext();
        assertThat(told).containsExactly("it true");
        assertHere(snapshot);
        assertThat(other.server.served()).isZero();
        assertThat(leader.server.served()).isEqualTo(1);
    }

    @Test
    void anotherMemberRelievesTheLeader() throws Exception {
        SnapshotMeta snapshot = leader.save(5);
        assertThat(other.save(5)).isEqualTo(snapshot);
        to.keep(leader, other);
        fetch("it", snapshot);
        runNext();
        assertThat(told).containsExactly("it true");
        assertHere(snapshot);
        assertThat(other.server.served()).isEqualTo(1);
        assertThat(leader.server.served()).isZero();
    }

    @Test
    void whatOneSourceBeganAnotherEnds() throws Exception {
        SnapshotMeta snapshot = leader.save(5);
        other.save(5);
        other.breakAfterOneChunk(snapshot);
        to.keep(leader, other);
        fetch("it", snapshot);
        runNext();
        assertThat(told).containsExactly("it true");
        assertHere(snapshot);
        assertThat(leader.server.served()).isEqualTo(1);
    }

    @Test
    void whatIsHereIsNotAskedForAgainByTheNextAttempt() throws Exception {
        SnapshotMeta snapshot = leader.save(5);
        leader.breakAfterOneChunk(snapshot);
        to.keep(leader);
        fetch("first", snapshot);
        runNext();
        assertThat(told).containsExactly("first false");
        try (SnapshotStore.Receiver partial = to.snapshots.receive(GENESIS, snapshot)) {
            assertThat(partial.offset()).isEqualTo(CHUNK);
        }
        leader.transport.acceptStreams(Lane.SNAPSHOT, leader.server::onStream);
        fetch("second", snapshot);
        runNext();
        assertThat(told).containsExactly("first false", "second true");
        assertHere(snapshot);
    }

    /** As a native library's that is missing. */
    @Test
    void anErrorIsAnAnswerToo() throws Exception {
        SnapshotMeta snapshot = leader.save(5);
        to.keep(leader);
        NodeContext broken = to.context((SnapshotStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SnapshotStore.class}, (proxy, method, arguments) -> {
                    throw new LinkageError("a library is missing");
                }));
        new SnapshotFetcher(broken, GENESIS)
                .fetch(snapshot, List.of(leader.id()), loop::add, fetched -> told.add("it " + fetched));
        runNext();
        assertThat(told).containsExactly("it false");
        broken.threads().close();
        broken.storage().close();
    }

    @Test
    void whoIsBusyIsAskedAgain() throws Exception {
        SnapshotMeta snapshot = leader.save(5);
        for (int i = 0; i < settings.snapshotTransfersMax(); i++) {
            assertThat(leader.context.limits().trySend()).isTrue();
        }
        to.keep(leader);
        TransferStream stream = TransferStream.open(
                to.transport.openStream(leader.id(), Lane.SNAPSHOT), settings.snapshotIdleTimeout());
        stream.write(new SnapshotTransfer(to.context, GENESIS, snapshot, List.of()).request(0));
        assertThat(SnapshotAnswer.decode(stream.read(SnapshotAnswer.SIZE_BYTES)))
                .isEqualTo(SnapshotAnswer.BUSY);
        stream.reset();
        fetch("it", snapshot);
        leader.context.limits().sent();
        runNext();
        assertThat(told).containsExactly("it true");
        assertHere(snapshot);
    }

    @Test
    void whoIsNoMemberGetsNoAnswer() throws Exception {
        SnapshotMeta snapshot = leader.save(5);
        leader.strangers.add(to.id());
        to.keep(leader);
        fetch("it", snapshot);
        runNext();
        assertThat(told).containsExactly("it false");
        assertThat(leader.server.served()).isZero();
    }

    @Test
    void aNewerTransferEndsTheOneBeforeWhichIsNotTold() throws Exception {
        SnapshotMeta first = leader.save(5);
        BlockingQueue<ByteStream> streams = new LinkedBlockingQueue<>();
        leader.transport.acceptStreams(Lane.SNAPSHOT, streams::add);
        to.keep(leader);
        fetch("first", first);
        assertThat(streams.poll(30, TimeUnit.SECONDS)).isNotNull(); // and never answered
        leader.transport.acceptStreams(Lane.SNAPSHOT, leader.server::onStream);
        SnapshotMeta second = leader.save(9);
        fetch("second", second);
        runNext();
        runNext();
        assertThat(told).containsExactly("second true");
        assertHere(second);
    }
}
