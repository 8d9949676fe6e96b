package dev.flotilla.raft;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.GroupEvent;
import dev.flotilla.raft.driver.NodeDriver;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One peer's engine: hosts any number of groups over one transport and one log. Thread-safe. */
public final class RaftNode implements AutoCloseable {
    private final NodeDriver driver;

    private RaftNode(NodeDriver driver) {
        this.driver = driver;
    }

    /** What a node needs; there are no defaults for transport, credentials and storage. */
    public static Builder builder() {
        return new Builder();
    }

    public PeerId peerId() {
        return driver.peerId();
    }

    public StoreId storeId() {
        return driver.storeId();
    }

    /** The groups on this node's disk, open or not. */
    public Set<GenesisId> groups() throws IOException {
        return driver.groups();
    }

    /** A new group with this peer as its only voter. */
    public <R> RaftGroup<R> create(StateMachine<R> stateMachine, RaftConfig config) throws IOException {
        return create(stateMachine, config, GroupSettings.DEFAULT);
    }

    /** A new group with this peer as its only voter, on which nothing but {@code settings} is agreed yet. */
    public <R> RaftGroup<R> create(StateMachine<R> stateMachine, RaftConfig config, GroupSettings settings)
            throws IOException {
        return new DrivenGroup<>(driver.create(stateMachine, config, settings));
    }

    /**
     * The same under an id that the caller drew for it, and for nothing else: so it can be on disk, in a table of the
     * caller's own, before the group is.
     *
     * @throws IllegalArgumentException if a group of that id is here already
     */
    public <R> RaftGroup<R> create(
            GenesisId genesis, StateMachine<R> stateMachine, RaftConfig config, GroupSettings settings)
            throws IOException {
        return new DrivenGroup<>(driver.create(genesis, stateMachine, config, settings));
    }

    /**
     * Goes on with a group that is on disk, once an earlier life of it has ended: waits for that. One that cannot be opened
     * hinders no other.
     *
     * @throws IOException if what is on the disk cannot be read, or is not all there
     * @throws IllegalArgumentException if it is not, or is open already; or if it is still being closed and this is a
     *     thread of the node, which cannot wait
     * @throws IllegalStateException if it is of a feature level that this peer does not know, or breaks an invariant
     */
    public <R> RaftGroup<R> open(GenesisId genesis, StateMachine<R> stateMachine, RaftConfig config)
            throws IOException {
        return new DrivenGroup<>(driver.open(genesis, stateMachine, config));
    }

    /**
     * Turns to the members that the ticket names, and to the next one when one fails, until one lets this peer in. The
     * group is on disk and open at once, so that it survives a restart; {@link RaftGroup#joined} completes when this peer
     * is a member that has caught up, and a voter if the ticket says so.
     *
     * @throws IllegalArgumentException if the group is here already and is no unfinished join
     */
    public <R> RaftGroup<R> join(Ticket ticket, StateMachine<R> stateMachine, RaftConfig config) throws IOException {
        return new DrivenGroup<>(driver.join(ticket, stateMachine, config));
    }

    /** Closes the group if it is open and removes all of it from the disk. */
    public CompletableFuture<Void> forget(GenesisId genesis) {
        return driver.forget(genesis);
    }

    /**
     * A value of the application's own small tables beside the log, or null.
     *
     * @throws IllegalArgumentException if the table is one of the engine's own
     */
    public @Nullable Bytes get(String table, String key) throws IOException {
        return driver.get(table, key);
    }

    /** The keys of such a table, in order. */
    public List<String> keys(String table) throws IOException {
        return driver.keys(table);
    }

    /** Keeps {@code value} in such a table, or removes it if it is null; durable once the future completes. */
    public CompletableFuture<Void> put(String table, String key, @Nullable Bytes value) {
        return driver.put(table, key, value);
    }

    /** How many times this node gave a snapshot, or the rest of one, to another. */
    public long snapshotsServed() {
        return driver.snapshotsServed();
    }

    /**
     * Told of what happens in any group, on the callback executor, each group's events in order; takes the place of the
     * listener before. What happens in a group that was opened before this call may be missed.
     */
    public void listener(GroupEvent.NodeListener listener) {
        driver.listener(listener);
    }

    /** How many frames of other nodes made no sense and were dropped. */
    public long malformedFrames() {
        return driver.malformedFrames();
    }

    /** Closes every group; completes every future. Does not close the transport or the storage. */
    @Override
    public void close() {
        driver.close();
    }

    /** Collects what a {@link RaftNode} needs. */
    public static final class Builder {
        private @Nullable PeerTransport transport;
        private @Nullable PeerCredentials credentials;
        private @Nullable LogStorage log;
        private @Nullable SnapshotStore snapshots;
        private NodeSettings settings = NodeSettings.defaults();
        private Metrics metrics = Metrics.NONE;

        private Builder() {}

        public Builder transport(PeerTransport transport) {
            this.transport = transport;
            return this;
        }

        public Builder credentials(PeerCredentials credentials) {
            this.credentials = credentials;
            return this;
        }

        public Builder storage(LogStorage log, SnapshotStore snapshots) {
            this.log = log;
            this.snapshots = snapshots;
            return this;
        }

        /** Other bounds than {@link NodeSettings#defaults}. */
        public Builder settings(NodeSettings settings) {
            this.settings = settings;
            return this;
        }

        /** Where the node's numbers go; nowhere if this is not called. */
        public Builder metrics(Metrics metrics) {
            this.metrics = metrics;
            return this;
        }

        /**
         * Starts the node: draws its store id at the first start, reads it at later ones.
         *
         * @throws IllegalStateException if transport, credentials or storage were not given
         */
        public RaftNode start() throws IOException {
            return new RaftNode(NodeDriver.start(
                    given("transport", transport),
                    given("credentials", credentials),
                    given("storage", log),
                    given("storage", snapshots),
                    settings,
                    metrics));
        }

        private static <T> T given(String what, @Nullable T value) {
            if (value == null) {
                throw new IllegalStateException("a node needs its " + what);
            }
            return value;
        }
    }
}
