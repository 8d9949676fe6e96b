package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** The groups that are open on a node: each on one of its loops, and found by what arrives for it. Thread-safe. */
final class OpenGroups implements Links.Listener {
    private static final int BEATS = 5; // in the time after which a silent node is lost
    private static final long WAKING_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Map<GenesisId, GroupDriver<?>> open = new ConcurrentHashMap<>();
    // Filled before any group is opened.
    private final Map<EventLoop, GroupNews<GroupInbound>> connections = new LinkedHashMap<>();
    private final Map<EventLoop, GroupNews<GroupInbound>> losses = new LinkedHashMap<>();
    private final RandomGenerator random;
    private final NodeHeartbeats heartbeats;
    private int opened; // guarded by this
    private boolean closed; // guarded by this
    private final Set<GenesisId> forgetting = new HashSet<>(); // guarded by this

    /**
     * None open yet.
     *
     * @param nodeTimeoutNanos after which another node that was not heard of is lost
     */
    OpenGroups(SecureRandom random, long nodeTimeoutNanos, long nowNanos) {
        this.random = new LockedRandom(new SplittableRandom(random.nextLong()));
        long incarnation = random.nextLong() | 1; // not 0
        this.heartbeats =
                new NodeHeartbeats(incarnation, nodeTimeoutNanos / BEATS, nodeTimeoutNanos, nowNanos, this::nodeLost);
    }

    /** Groups will be opened on {@code loop}. Before any is. */
    void addLoop(EventLoop loop) {
        connections.put(loop, new GroupNews<>(loop, 0));
        losses.put(loop, new GroupNews<>(loop, WAKING_PAUSE_NANOS));
    }

    /** What its quiet groups rely on. */
    NodeHeartbeats heartbeats() {
        return heartbeats;
    }

    /** Those that are open now, for whoever only looks. */
    Map<GenesisId, GroupDriver<?>> open() {
        return open;
    }

    /**
     * Goes on with a group that is on disk, once an earlier life of it has ended.
     *
     * @throws IllegalArgumentException if it is not, or is open already, or is being closed and this thread may not wait
     */
    <R> GroupDriver<R> open(
            NodeContext node, List<EventLoop> loops, GenesisId genesis, StateMachine<R> machine, RaftConfig config)
            throws IOException {
        awaitEnd(genesis);
        return openNow(node, loops, genesis, machine, config);
    }

    private synchronized <R> GroupDriver<R> openNow(
            NodeContext node, List<EventLoop> loops, GenesisId genesis, StateMachine<R> machine, RaftConfig config)
            throws IOException {
        checkMayOpen(genesis);
        Opening<R> opening = new GroupFiles(node).open(genesis, machine, config);
        EventLoop loop = loops.get(opened++ % loops.size());
        NodeContext own = node.of(opening);
        GroupLoop<R> group = loop(own, loop, opening);
        GroupDriver<R> driver = new GroupDriver<>(own, loop, group, this);
        open.put(genesis, driver);
        group.start(opening.position(), opening.machineIndex());
        return driver;
    }

    /** Reads the whole log once. */
    private <R> GroupLoop<R> loop(NodeContext own, EventLoop loop, Opening<R> opening) throws IOException {
        try {
            return new GroupLoop<>(own, loop, opening, random);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Throws an exception unless the group may be opened, once an earlier life of it has ended. */
    void checkNotOpen(GenesisId genesis) {
        awaitEnd(genesis);
        checkMayOpen(genesis);
    }

    /** Two lives of one group must not meet on its disk. A thread of the node cannot wait for the end of the first. */
    private void awaitEnd(GenesisId genesis) {
        GroupDriver<?> present = open.get(genesis);
        if (present != null && !present.isOpen()) {
            present.close();
        }
    }

    private synchronized void checkMayOpen(GenesisId genesis) {
        if (closed) {
            throw new IllegalStateException("the node is closed");
        }
        if (forgetting.contains(genesis)) {
            throw new IllegalArgumentException("group " + genesis + " is being forgotten");
        }
        GroupDriver<?> present = open.get(genesis);
        if (present != null) {
            throw new IllegalArgumentException(
                    present.isOpen()
                            ? "group " + genesis + " is open already"
                            : "group " + genesis
                                    + " is still being closed: open it on a thread that is not the node's");
        }
    }

    /** It does not use disk or state machine any more; another life of the same group may. */
    void closed(GroupDriver<?> driver) {
        open.remove(driver.genesis(), driver);
    }

    /** Closes the group if it is open, and removes all of it from the disk; {@code next} is for when it comes back. */
    void forget(GroupFiles files, GenesisId genesis, StoreId next) throws IOException {
        GroupDriver<?> present;
        synchronized (this) {
            if (!forgetting.add(genesis)) {
                throw new IllegalArgumentException("group " + genesis + " is being forgotten already");
            }
            present = open.get(genesis);
        }
        try {
            if (present != null) {
                present.end().join();
            }
            files.forget(genesis, next);
        } finally {
            synchronized (this) {
                forgetting.remove(genesis);
            }
        }
    }

    /** Stops every group for that reason. */
    void failAll(Throwable cause) {
        open.values().forEach(driver -> driver.loopSide().fail(cause));
    }

    /** Stops every group, and opens none any more. The future completes when none uses disk or state machine. */
    synchronized CompletableFuture<Void> closeAll() {
        closed = true;
        return CompletableFuture.allOf(
                open.values().stream().map(driver -> driver.loopSide().close()).toArray(CompletableFuture[]::new));
    }

    void clear() {
        open.clear();
    }

    @Override
    public void connected(PeerId peer) {
        tell(connections, group -> group.connected(peer));
    }

    @Override
    public void lost(PeerId peer, boolean closedByPeer) {
        tell(connections, group -> group.lost(peer, closedByPeer));
        heartbeats.disconnected(peer);
    }

    @Override
    public void unreachable(PeerId peer, boolean refused) {
        tell(connections, group -> group.unreachable(peer, refused));
    }

    /** The node of {@code peer} is lost: wakes the quiet groups that rely on it, spread over time. */
    private void nodeLost(PeerId peer) {
        tell(losses, group -> group.nodeLost(peer));
    }

    private void tell(Map<EventLoop, GroupNews<GroupInbound>> tellers, Consumer<GroupInbound> news) {
        Map<EventLoop, List<GroupInbound>> groups = new HashMap<>();
        for (GroupDriver<?> driver : open.values()) {
            groups.computeIfAbsent(driver.loop(), loop -> new ArrayList<>())
                    .add(driver.loopSide().inbound());
        }
        tellers.forEach((loop, teller) -> {
            List<GroupInbound> ofLoop = groups.get(loop);
            if (ofLoop != null) {
                teller.tell(ofLoop, news);
            }
        });
    }
}
