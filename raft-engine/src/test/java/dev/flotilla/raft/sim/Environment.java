package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Role;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What all groups of a cluster share: time, chance, nodes and the network between them, and who is told what happens. */
final class Environment {
    private static final long LEVELS = 1_000_000; // the number of the first stream of chance

    private final Chance random;
    private final Tally tally = new Tally();
    private final SimSettings settings;
    private final Schedule schedule = new Schedule();
    private final SimNetwork network;
    private final SimDisks disks;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimGroup> groups = new ArrayList<>();
    private final AtomicLong requests = new AtomicLong(); // numbers them, whoever asks
    private final @Nullable PrintStream traceTo;
    private @Nullable Violation violation; // found by a client

    Environment(int size, SimSettings settings, Chance random, @Nullable PrintStream traceTo) {
        this.settings = settings;
        this.random = random;
        this.traceTo = traceTo;
        for (int i = 0; i < size; i++) {
            nodes.add(new SimNode("n" + (i + 1), i, featureLevel(i)));
        }
        network = new SimNetwork(schedule, random, tally, nodes, settings);
        disks = new SimDisks(this, settings);
    }

    /** What the software of the node of that number knows at first. */
    private int featureLevel(int number) {
        int newest = settings.config().featureLevel();
        return settings.oldestLevel() >= newest
                ? newest
                : random.stream(LEVELS + number).nextInt(settings.oldestLevel(), newest + 1);
    }

    Chance random() {
        return random;
    }

    SimSettings settings() {
        return settings;
    }

    Tally tally() {
        return tally;
    }

    Schedule schedule() {
        return schedule;
    }

    SimNetwork network() {
        return network;
    }

    SimDisks disks() {
        return disks;
    }

    AtomicLong requests() {
        return requests;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    List<SimGroup> groups() {
        return groups;
    }

    void add(SimGroup group) {
        groups.add(group);
    }

    void runUntil(long untilNanos) {
        while (schedule.runNext(untilNanos)) {
            Violation found = violation;
            if (found != null) {
                throw found;
            }
        }
    }

    /** Runs {@code check}, which a future completes and would keep to itself what it throws: it ends the run. */
    void judge(Runnable check) {
        try {
            check.run();
        } catch (Violation e) {
            violation = e;
        }
    }

    // ---- processes ----

    /** The process stops at once, and with it its part in every group. Of the writes under way the oldest may survive. */
    void crash(SimNode node) {
        tally.count(Occurrence.CRASH);
        node.setUp(false);
        for (SimGroup group : groups) {
            SimPeer peer = group.life().peer(node.id());
            if (peer.isUp()) {
                int surviving = random.nextInt(peer.disk().pendingWrites() + 1);
                group.watch().crashing(peer, surviving);
                group.life().crash(peer, surviving);
            }
        }
        network.connectionsChanged();
    }

    /** Starts the process again, with the groups that it has on its disk. */
    void restart(SimNode node) {
        if (node.isUp()) {
            crash(node); // groups of it have ended there, others may go on
        }
        node.setUp(true);
        groups.forEach(group -> group.life().nodeStarted(node));
    }

    /** Whether its process ended, or a group did in it that it has. */
    boolean isToRestart(SimNode node) {
        return !node.isUp()
                || groups.stream()
                        .anyMatch(group -> group.life().hasEnded(group.life().peer(node.id())));
    }

    /** Its log takes no more: all its groups end there, having acknowledged nothing of what they could not write. */
    void storageFails(SimNode node) {
        note(() -> "the disk of " + node + " is full: all its groups stop");
        tally.count(Occurrence.DISK_FULL);
        for (SimGroup group : groups) {
            SimPeer peer = group.life().peer(node.id());
            if (peer.isUp()) {
                if (peer.role() == Role.LEADER) {
                    tally.count(Occurrence.DISK_FULL_ON_LEADER);
                }
                group.life().crash(peer, 0);
            }
        }
        network.connectionsChanged();
    }

    /** Its process ends, and will start again with software of that level. */
    void upgrade(SimNode node, int featureLevel) {
        if (node.isUp()) {
            crash(node);
        }
        note(() -> node + " is upgraded from feature level " + node.featureLevel() + " to " + featureLevel);
        node.upgrade(featureLevel);
        groups.forEach(group -> group.life().peer(node.id()).upgrade(featureLevel));
    }

    /** Its data is gone. It goes on without any group, as a newcomer that may be let in. */
    void wipe(SimNode node) {
        if (node.isUp()) {
            crash(node);
        }
        node.setUp(true);
        groups.forEach(group -> group.life().renew(group.life().peer(node.id())));
    }

    /** The node's clock gains {@code ppm} microseconds a second from now on. */
    void skew(SimNode node, int ppm) {
        node.clock().runFast(schedule.nowNanos(), ppm);
        groups.forEach(group -> group.clockChanged(group.life().peer(node.id())));
    }

    void jump(SimNode node, long forwardNanos) {
        note(() -> "the clock of " + node + " jumps by " + forwardNanos / Schedule.MILLI + " ms");
        node.clock().jump(forwardNanos);
        groups.forEach(group -> group.clockChanged(group.life().peer(node.id())));
    }

    /** Nothing goes wrong any more, and whoever is down restarts. */
    void calm() {
        note(() -> "everything heals");
        network.becomeReliable();
        groups.forEach(group -> {
            group.delivery().becomeReliable();
            group.transfers().becomeReliable();
        });
        disks.becomeFast();
        nodes.forEach(SimNode::makeRoom);
        nodes.forEach(node -> skew(node, 0));
        nodes.stream().filter(this::isToRestart).forEach(this::restart);
    }

    // ---- what is told ----

    /** Writes a line of the trace, if anybody reads it. */
    void note(Supplier<String> line) {
        if (traceTo != null) {
            traceTo.printf("%9.3f  %s%n", schedule.nowNanos() / 1e6, line.get());
        }
    }
}
