package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.util.concurrent.atomic.AtomicLong;

/** What the parts of a group need of their node, with a clock that the test sets. */
final class TestContext {
    private final PeerCredentials credentials = Ed25519Credentials.generate();
    private final PeerTransport transport = new InMemoryNetwork().join(credentials.peerId());
    final NodeSettings settings;
    private final NodeThreads threads;
    final AtomicLong nowNanos = new AtomicLong();
    final NodeContext node;

    TestContext() {
        this(NodeSettings.defaults());
    }

    TestContext(NodeSettings settings) {
        this.settings = settings;
        this.threads = new NodeThreads(settings);
        this.node = context();
    }

    private NodeContext context() {
        InMemoryLogStorage log = new InMemoryLogStorage();
        Meters meters = new Meters(Metrics.NONE);
        Links links = new Links(transport, meters, new Links.Listener() {
            @Override
            public void connected(PeerId peer) {}

            @Override
            public void lost(PeerId peer, boolean closedByPeer) {}

            @Override
            public void unreachable(PeerId peer, boolean refused) {}
        });
        return new NodeContext(
                settings,
                new NodeContext.Ports(transport, log, new InMemorySnapshotStore()),
                new NodeContext.Identity(
                        credentials, new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES])), 1, FeatureLevel.NEWEST),
                new NodeContext.Services(
                        nowNanos::get,
                        new AtomicLong(),
                        new StorageThread(log, meters, failure -> {}),
                        threads,
                        links,
                        new NodeHeartbeats(1, 1, 5, 0, peer -> {}),
                        new SharedConfigurations(),
                        new TransferLimits(settings, nowNanos::get),
                        new NodeEvents()),
                meters);
    }

    void close() throws Exception {
        threads.close();
        transport.close();
    }
}
