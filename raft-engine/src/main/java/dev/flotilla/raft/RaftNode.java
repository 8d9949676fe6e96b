package dev.flotilla.raft;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One peer's engine: hosts any number of groups over one transport and one log. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester") // until the bodies are there
public final class RaftNode implements AutoCloseable {
    private RaftNode() {}

    /** What a node needs; there are no defaults for transport, credentials and storage. */
    public static Builder builder() {
        return new Builder();
    }

    public PeerId peerId() {
        throw new UnsupportedOperationException();
    }

    public StoreId storeId() {
        throw new UnsupportedOperationException();
    }

    /** The groups on this node's disk, open or not. */
    public Set<GenesisId> groups() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** A new group with this peer as its only voter. */
    public <R> RaftGroup<R> create(StateMachine<R> stateMachine, RaftConfig config) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Goes on with a group that is on disk.
     *
     * @throws IllegalArgumentException if it is not, or is open already
     */
    public <R> RaftGroup<R> open(GenesisId genesis, StateMachine<R> stateMachine, RaftConfig config)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Turns to the members that the ticket names, and to the next one when one fails, until one lets this peer in. The
     * group is on disk and open at once, so that it survives a restart; {@link RaftGroup#joined} completes when this peer
     * is a member that has caught up, and a voter if the ticket says so.
     *
     * @throws IllegalArgumentException if the group is here already and is no unfinished join
     */
    public <R> RaftGroup<R> join(Ticket ticket, StateMachine<R> stateMachine, RaftConfig config) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Closes the group if it is open and removes all of it from the disk. */
    public CompletableFuture<Void> forget(GenesisId genesis) {
        throw new UnsupportedOperationException();
    }

    /** Closes every group; completes every future. Does not close the transport or the storage. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** Collects what a {@link RaftNode} needs. */
    public static final class Builder {
        private Builder() {}

        public Builder transport(PeerTransport transport) {
            throw new UnsupportedOperationException();
        }

        public Builder credentials(PeerCredentials credentials) {
            throw new UnsupportedOperationException();
        }

        public Builder storage(LogStorage log, SnapshotStore snapshots) {
            throw new UnsupportedOperationException();
        }

        /** Starts the node: draws its store id at the first start, reads it at later ones. */
        public RaftNode start() throws IOException {
            throw new UnsupportedOperationException();
        }
    }
}
