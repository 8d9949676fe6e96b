package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What all groups of a node share, as one of them sees it: who it is there, and what it is metered by, may be its own. */
record NodeContext(NodeSettings settings, Ports ports, Identity identity, Services services, Meters meters) {
    /** What the application brought. */
    record Ports(PeerTransport transport, LogStorage log, SnapshotStore snapshots) {}

    /**
     * Who this peer is.
     *
     * @param incarnation drawn when the node started
     * @param featureLevel the newest that this peer admits to
     */
    record Identity(PeerCredentials credentials, StoreId storeId, long incarnation, int featureLevel) {}

    /**
     * What the node does for its groups.
     *
     * @param clock nanoseconds since the node started
     * @param requests how many requests were made
     */
    record Services(
            LongSupplier clock,
            AtomicLong requests,
            StorageThread storage,
            NodeThreads threads,
            Links links,
            NodeHeartbeats heartbeats,
            SharedConfigurations configurations,
            TransferLimits limits,
            NodeEvents events) {

        /** Those that were made for this node, and the others as they begin. */
        static Services of(
                NodeSettings settings,
                LongSupplier clock,
                StorageThread storage,
                Links links,
                NodeHeartbeats heartbeats) {
            return new Services(
                    clock,
                    new AtomicLong(),
                    storage,
                    new NodeThreads(settings),
                    links,
                    heartbeats,
                    new SharedConfigurations(),
                    new TransferLimits(settings, clock),
                    new NodeEvents());
        }
    }

    /** The same for a group, whose membership may have a store id of its own. */
    NodeContext of(Opening<?> group) {
        Meters own = meters.of(group.genesis());
        int featureLevel = group.config().featureLevel();
        boolean isSame = group.storeId().equals(storeId()) && featureLevel == featureLevel();
        if (isSame && own.equals(meters)) {
            return this;
        }
        return new NodeContext(
                settings,
                ports,
                isSame ? identity : new Identity(credentials(), group.storeId(), incarnation(), featureLevel),
                services,
                own);
    }

    PeerTransport transport() {
        return ports.transport;
    }

    LogStorage log() {
        return ports.log;
    }

    SnapshotStore snapshots() {
        return ports.snapshots;
    }

    PeerCredentials credentials() {
        return identity.credentials;
    }

    PeerId self() {
        return identity.credentials.peerId();
    }

    StoreId storeId() {
        return identity.storeId;
    }

    long incarnation() {
        return identity.incarnation;
    }

    int featureLevel() {
        return identity.featureLevel;
    }

    LongSupplier clock() {
        return services.clock;
    }

    StorageThread storage() {
        return services.storage;
    }

    NodeThreads threads() {
        return services.threads;
    }

    Links links() {
        return services.links;
    }

    NodeHeartbeats heartbeats() {
        return services.heartbeats;
    }

    SharedConfigurations configurations() {
        return services.configurations;
    }

    TransferLimits limits() {
        return services.limits;
    }

    NodeEvents events() {
        return services.events;
    }

    long nowNanos() {
        return services.clock.getAsLong();
    }

    RequestId nextRequestId() {
        return new RequestId(identity.incarnation, services.requests.incrementAndGet());
    }
}
