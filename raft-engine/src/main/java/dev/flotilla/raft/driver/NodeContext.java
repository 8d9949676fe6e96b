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

/**
 * What all groups of a node share.
 *
 * @param clock nanoseconds since the node started
 * @param incarnation drawn when the node started
 * @param featureLevel the newest that this peer admits to
 * @param requests how many requests were made
 */
record NodeContext(
        NodeSettings settings,
        PeerTransport transport,
        PeerCredentials credentials,
        StoreId storeId,
        long incarnation,
        int featureLevel,
        AtomicLong requests,
        LogStorage log,
        SnapshotStore snapshots,
        LongSupplier clock,
        StorageThread storage,
        NodeThreads threads,
        Links links,
        NodeHeartbeats heartbeats,
        SharedConfigurations configurations,
        TransferLimits limits,
        NodeEvents events) {
    PeerId self() {
        return credentials.peerId();
    }

    /** The same for a group, whose membership may have a store id of its own. */
    NodeContext of(Opening<?> group) {
        if (group.storeId().equals(storeId) && group.config().featureLevel() == featureLevel) {
            return this;
        }
        return new NodeContext(
                settings,
                transport,
                credentials,
                group.storeId(),
                incarnation,
                group.config().featureLevel(),
                requests,
                log,
                snapshots,
                clock,
                storage,
                threads,
                links,
                heartbeats,
                configurations,
                limits,
                events);
    }

    long nowNanos() {
        return clock.getAsLong();
    }

    RequestId nextRequestId() {
        return new RequestId(incarnation, requests.incrementAndGet());
    }
}
