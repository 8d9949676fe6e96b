package dev.flotilla.raft.sim;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What all groups of a cluster share: time, chance, nodes and the network between them, and who is told what happens. */
final class Environment {
    private final RandomGenerator random;
    private final Tally tally = new Tally();
    private final Schedule schedule = new Schedule();
    private final SimNetwork network;
    private final SimDisks disks;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimGroup> groups = new ArrayList<>();
    private final @Nullable PrintStream traceTo;

    Environment(int size, SimSettings settings, RandomGenerator random, @Nullable PrintStream traceTo) {
        this.random = random;
        this.traceTo = traceTo;
        for (int i = 0; i < size; i++) {
            nodes.add(new SimNode("n" + (i + 1), i));
        }
        network = new SimNetwork(schedule, random, tally, nodes, settings);
        disks = new SimDisks(this, settings);
    }

    RandomGenerator random() {
        return random;
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
            // everything happens in the events
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
        node.setUp(true);
        groups.forEach(group -> group.life().nodeStarted(node));
    }

    /** Its data is gone. It goes on without any group, as a newcomer that may be let in. */
    void wipe(SimNode node) {
        if (node.isUp()) {
            crash(node);
        }
        node.setUp(true);
        groups.forEach(group -> group.life().renew(group.life().peer(node.id())));
    }

    // ---- what is told ----

    /** Writes a line of the trace, if anybody reads it. */
    void note(Supplier<String> line) {
        if (traceTo != null) {
            traceTo.printf("%9.3f  %s%n", schedule.nowNanos() / 1e6, line.get());
        }
    }
}
