package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.storage.Compression;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.SnapshotChunk;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.security.MessageDigest;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transfers that overlap: a sender that starts over, or another one. */
class SnapshotReceiverTest {
    private static final GenesisId GENESIS = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));
    private static final StoreId STORE = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
    private static final Bytes STATE = Bytes.utf8("all that was agreed");

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final PeerCredentials credentials = Ed25519Credentials.generate();
    private final PeerId senderId = Ed25519Credentials.generate().peerId();
    private final PeerTransport transport = network.join(credentials.peerId());
    private final PeerTransport sender = network.join(senderId);
    private final NodeThreads threads = new NodeThreads(NodeSettings.defaults());
    private final InMemorySnapshotStore snapshots = new InMemorySnapshotStore();
    private final SnapshotReceiver receiver = new SnapshotReceiver(context(), GENESIS);
    private final BlockingQueue<ByteStream> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private NodeContext context() {
        InMemoryLogStorage log = new InMemoryLogStorage();
        Links links = new Links(transport, new Links.Listener() {
            @Override
            public void connected(PeerId peer) {}

            @Override
            public void lost(PeerId peer, boolean closedByPeer) {}

            @Override
            public void unreachable(PeerId peer, boolean refused) {}
        });
        return new NodeContext(
                NodeSettings.defaults(),
                transport,
                credentials,
                STORE,
                1,
                new AtomicLong(),
                log,
                snapshots,
                System::nanoTime,
                new StorageThread(log, failure -> {}),
                threads,
                links,
                new NodeHeartbeats(1, 1, 5, 0, peer -> {}),
                new SharedConfigurations());
    }

    @BeforeEach
    void accept() {
        transport.acceptStreams(Lane.SNAPSHOT, streams::add);
    }

    @AfterEach
    void close() throws Exception {
        threads.close();
        sender.close();
        transport.close();
    }

    private static SnapshotMeta snapshot(long index) throws Exception {
        Bytes hash = Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(STATE.toByteArray()));
        return new SnapshotMeta(new EntryId(1, index), Configuration.EMPTY, EntryId.NONE, STATE.size(), hash);
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private <T> T next(BlockingQueue<T> queue) throws Exception {
        T found = queue.poll(30, TimeUnit.SECONDS);
        assertThat(found).isNotNull();
        return found;
    }

    /** Offers it, and has the receiver take it; returns the sender's end of the stream. */
    private ByteStream begin(String name, SnapshotMeta snapshot) throws Exception {
        ByteStream sending = await(sender.openStream(credentials.peerId(), Lane.SNAPSHOT));
        receiver.offered(new SnapshotOffer(
                senderId, STORE, new RaftMessage.InstallSnapshot(1, 1, snapshot), new StreamReader(next(streams))));
        receiver.receive(senderId, snapshot, loop::add, received -> told.add(name + " " + received));
        return sending;
    }

    private void sendAll(ByteStream stream) throws Exception {
        await(new StreamReader(stream).readExactly(SnapshotSender.OFFSET_BYTES));
        await(stream.write(new SnapshotChunk(Compression.NONE, STATE.size(), STATE).encode()));
    }

    @Test
    void whatANewerTransferEndedIsNotTold() throws Exception {
        begin("first", snapshot(5));
        ByteStream second = begin("second", snapshot(5));
        sendAll(second);
        next(loop).run();
        next(loop).run();
        assertThat(told).containsExactly("second true");
    }

    @Test
    void whatIsHereButWhoseFileANewerTransferDropsIsNotTold() throws Exception {
        sendAll(begin("first", snapshot(5)));
        Runnable ended = next(loop);
        ByteStream second = begin("second", snapshot(9));
        ended.run();
        assertThat(told).isEmpty();
        sendAll(second);
        next(loop).run();
        assertThat(told).containsExactly("second true");
        snapshots.install(GENESIS, snapshot(9));
    }
}
