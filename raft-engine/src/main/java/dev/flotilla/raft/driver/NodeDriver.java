package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node: its threads, its links, and the groups that are open on it. Thread-safe. */
public final class NodeDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDriver.class);
    private static final int CLOSE_SECONDS = 10;

    private final NodeContext node;
    private final GroupFiles files;
    private final List<EventLoop> loops = new ArrayList<>();
    private final SecureRandom random = new SecureRandom();
    private final OpenGroups groups;
    private final Inbound inbound;
    private final AtomicBoolean closed = new AtomicBoolean();

    private NodeDriver(
            PeerTransport transport,
            PeerCredentials credentials,
            LogStorage log,
            SnapshotStore snapshots,
            NodeSettings settings,
            Metrics metrics,
            StoreId storeId) {
        long origin = System.nanoTime();
        LongSupplier clock = () -> System.nanoTime() - origin;
        Meters meters = new Meters(metrics);
        this.groups = new OpenGroups(random, settings.nodeTimeout().toNanos(), clock.getAsLong());
        this.node = new NodeContext(
                settings,
                new NodeContext.Ports(transport, log, snapshots),
                new NodeContext.Identity(credentials, storeId, random.nextLong(), FeatureLevel.NEWEST),
                NodeContext.Services.of(
                        settings,
                        clock,
                        new StorageThread(log, meters, this::storageFailed),
                        new Links(transport, meters, groups),
                        groups.heartbeats()),
                meters);
        this.files = new GroupFiles(node);
        this.inbound = new Inbound(node, groups.open());
        for (int i = 0; i < settings.eventLoops(); i++) {
            Outbox outbox = new Outbox(node.links(), node.incarnation(), transport.frameBytesMax(), meters);
            loops.add(new EventLoop(
                    "raft-" + i, clock, node.storage(), outbox, settings.inboxBytesMax(), meters, this::loopFailed));
        }
        loops.forEach(groups::addLoop);
    }

    /** Starts a node: draws its store id at the first start, reads it at later ones. */
    public static NodeDriver start(
            PeerTransport transport,
            PeerCredentials credentials,
            LogStorage log,
            SnapshotStore snapshots,
            NodeSettings settings)
            throws IOException {
        return start(transport, credentials, log, snapshots, settings, Metrics.NONE);
    }

    /** The same, with its numbers given to {@code metrics}. */
    public static NodeDriver start(
            PeerTransport transport,
            PeerCredentials credentials,
            LogStorage log,
            SnapshotStore snapshots,
            NodeSettings settings,
            Metrics metrics)
            throws IOException {
        if (!transport.localPeerId().equals(credentials.peerId())) {
            throw new IllegalArgumentException("the transport speaks for " + transport.localPeerId()
                    + " but the credentials are those of " + credentials.peerId());
        }
        StoreId known = Tables.storeId(log);
        StoreId storeId = known != null ? known : drawStoreId();
        NodeDriver driver = new NodeDriver(transport, credentials, log, snapshots, settings, metrics, storeId);
        driver.start(known == null);
        return driver;
    }

    private static StoreId drawStoreId() {
        byte[] drawn = new byte[StoreId.SIZE_BYTES];
        new SecureRandom().nextBytes(drawn);
        return new StoreId(Bytes.wrap(drawn));
    }

    private void start(boolean isNew) throws IOException {
        node.storage().start();
        loops.forEach(EventLoop::start);
        try {
            if (isNew) {
                Waiting.await(node.storage().submit(List.of(Tables.putStoreId(node.storeId()))));
            }
            files.finishForgetting();
        } catch (IOException e) {
            close();
            throw e;
        }
        new NodePulse(node, loops).start();
        node.transport().connectivity(node.links());
        inbound.listen();
    }

    public PeerId peerId() {
        return node.self();
    }

    public StoreId storeId() {
        return node.storeId();
    }

    /** The groups on this node's disk, open or not. */
    public Set<GenesisId> groups() throws IOException {
        return node.log().groups();
    }

    /** How many times this node gave a snapshot, or the rest of one, to another. */
    public long snapshotsServed() {
        return inbound.snapshotsServed();
    }

    /** Told of all groups from now on; takes the place of the listener before. */
    public void listener(GroupEvent.NodeListener listener) {
        node.events().listen(listener);
    }

    /** How many frames of other nodes made no sense. */
    public long malformedFrames() {
        return inbound.malformedFrames();
    }

    /** A new group with this peer as its only voter, durable when this returns. */
    public <R> GroupDriver<R> create(StateMachine<R> machine, RaftConfig config, GroupSettings settings)
            throws IOException {
        return create(GenesisId.draw(random), machine, config, settings);
    }

    /** The same under an id that the caller drew. */
    public synchronized <R> GroupDriver<R> create(
            GenesisId genesis, StateMachine<R> machine, RaftConfig config, GroupSettings settings) throws IOException {
        checkConfig(config);
        if (node.log().groups().contains(genesis)) {
            throw new IllegalArgumentException("group " + genesis + " is here already");
        }
        files.create(genesis, settings, config.featureLevel());
        return open(genesis, machine, config);
    }

    /** Joins by {@code ticket}, or goes on with a join that was not finished. */
    public synchronized <R> GroupDriver<R> join(Ticket ticket, StateMachine<R> machine, RaftConfig config)
            throws IOException {
        checkConfig(config);
        GenesisId genesis = ticket.genesis();
        boolean isHere = node.log().groups().contains(genesis);
        if (isHere && Tables.join(node.log(), genesis) == null) {
            throw new IllegalArgumentException("group " + genesis + " is here already");
        }
        groups.checkNotOpen(genesis);
        files.join(ticket);
        return open(genesis, machine, config);
    }

    /**
     * Goes on with a group that is on disk.
     *
     * @throws IllegalArgumentException if it is not, or is open already; or if it is still being closed and this is a
     *     thread of the node, which cannot wait for that
     */
    public <R> GroupDriver<R> open(GenesisId genesis, StateMachine<R> machine, RaftConfig config) throws IOException {
        checkConfig(config);
        return groups.open(node, loops, genesis, machine, config);
    }

    /** Every message that the core makes under {@code config} must fit into a frame. */
    private void checkConfig(RaftConfig config) {
        int frameBytesMax = node.transport().frameBytesMax();
        int needed = Math.max(config.appendBytesMax(), config.entryBytesMax()) + Lanes.OVERHEAD_BYTES;
        if (needed > frameBytesMax) {
            throw new IllegalArgumentException("appendBytesMax " + config.appendBytesMax() + " and entryBytesMax "
                    + config.entryBytesMax() + " need frames of " + needed + " bytes, the transport has "
                    + frameBytesMax);
        }
    }

    /** Closes the group if it is open, and removes all of it from the disk. */
    public CompletableFuture<Void> forget(GenesisId genesis) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        groups.forget(files, genesis, drawStoreId());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                node.threads()::callback);
    }

    /** A value of the application's own small tables, or null. */
    public @Nullable Bytes get(String table, String key) throws IOException {
        return node.log().get(checked(table), key);
    }

    /** The keys of one of the application's own small tables, in order. */
    public List<String> keys(String table) throws IOException {
        return node.log().keys(checked(table));
    }

    /** Keeps {@code value}, or nothing if it is null; durable once the future completes. */
    public CompletableFuture<Void> put(String table, String key, @Nullable Bytes value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        var unused = node.storage()
                .submit(List.of(new GroupWrite.Put(checked(table), key, value)))
                .whenComplete((nothing, failure) -> node.threads().callback(() -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(failure);
                    }
                }));
        return done;
    }

    private static String checked(String table) {
        if (Tables.isReserved(table)) {
            throw new IllegalArgumentException("the table '" + table + "' is the engine's own");
        }
        return table;
    }

    private void storageFailed(Throwable cause) {
        LOG.error("the storage failed: nothing is acknowledged any more, all groups stop", cause);
        groups.failAll(cause);
    }

    private void loopFailed(Throwable cause) {
        LOG.error("an event loop failed: all groups stop", cause);
        groups.failAll(cause);
    }

    /** Closes every group and ends every thread. Does not close the transport or the storage. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        inbound.close();
        CompletableFuture<Void> stopped = groups.closeAll();
        if (!RaftThread.isCurrent()) {
            awaitStopped(stopped);
        }
        node.links().close();
        loops.forEach(EventLoop::close);
        try {
            for (EventLoop loop : loops) {
                loop.awaitEnd();
            }
            node.storage().close();
            node.threads().close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        groups.clear();
    }

    /** Not for ever: a state machine that does not come back must not keep the node from closing. */
    private static void awaitStopped(CompletableFuture<Void> stopped) {
        try {
            stopped.get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn("a group did not stop within {} s: is its state machine stuck?", CLOSE_SECONDS);
        } catch (ExecutionException e) {
            LOG.warn("a group did not stop cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
