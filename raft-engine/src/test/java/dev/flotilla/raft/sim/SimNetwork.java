package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Carries what nodes send each other, on two lanes a direction, with delay, loss, duplicates, reordering and partitions. */
final class SimNetwork {
    private static final int LANES = 2;
    private static final long WAYS = 1_000; // the number of the first stream of chance

    private final Schedule schedule;
    private final RandomGenerator random;
    private final RandomGenerator[] ways; // by direction: what becomes of a frame is its own affair
    private final Tally tally;
    private final List<SimNode> nodes;
    private final List<Connections> listeners = new ArrayList<>();
    private final boolean[] blocked; // by direction
    private final long[] lastArrivalNanos; // by direction and lane
    private double loss;
    private double duplication;
    private boolean reordering;
    private long delayNanosMax;
    private double straggling;

    SimNetwork(Schedule schedule, Chance random, Tally tally, List<SimNode> nodes, SimSettings settings) {
        this.schedule = schedule;
        this.random = random;
        this.tally = tally;
        this.nodes = nodes;
        this.blocked = new boolean[nodes.size() * nodes.size()];
        this.lastArrivalNanos = new long[blocked.length * LANES];
        this.ways = new RandomGenerator[blocked.length];
        for (int i = 0; i < ways.length; i++) {
            ways[i] = random.stream(WAYS + i);
        }
        this.loss = settings.loss();
        this.duplication = settings.duplication();
        this.reordering = settings.reordering();
        this.delayNanosMax = settings.delayNanosMax();
        this.straggling = settings.straggling();
    }

    private int direction(SimNode from, SimNode to) {
        return from.number() * nodes.size() + to.number();
    }

    // ---- frames ----

    /**
     * Runs {@code arrival} when and if a frame arrives.
     *
     * @param mayDouble whether it may come twice
     */
    void send(SimNode from, SimNode to, boolean replicationLane, boolean mayDouble, Runnable arrival) {
        RandomGenerator way = ways[direction(from, to)];
        if (way.nextDouble() < loss) {
            tally.count(Occurrence.MESSAGE_LOST);
            return;
        }
        transmit(from, to, replicationLane, arrival);
        if (mayDouble && way.nextDouble() < duplication) {
            tally.count(Occurrence.MESSAGE_DUPLICATED);
            transmit(from, to, replicationLane, arrival);
        }
    }

    private void transmit(SimNode from, SimNode to, boolean replicationLane, Runnable arrival) {
        int direction = direction(from, to);
        RandomGenerator way = ways[direction];
        boolean straggles = way.nextDouble() < straggling;
        long at = schedule.nowNanos() + (straggles ? way.nextLong(3 * SimSettings.ELECTION_TIMEOUT_NANOS) : delay(way));
        if (!reordering) {
            int lane = LANES * direction + (replicationLane ? 1 : 0);
            at = Math.max(at, lastArrivalNanos[lane]);
            lastArrivalNanos[lane] = at;
        }
        schedule.at(at, () -> {
            if (!blocked[direction]) {
                arrival.run();
            }
        });
    }

    long delay() {
        return delay(random);
    }

    private long delay(RandomGenerator way) {
        return MILLI / 2 + way.nextLong(delayNanosMax);
    }

    boolean isBlocked(SimNode from, SimNode to) {
        return blocked[direction(from, to)];
    }

    // ---- faults ----

    /** Cuts both directions between the two sides. */
    void partition(Set<SimNode> side) {
        for (SimNode a : nodes) {
            for (SimNode b : nodes) {
                if (side.contains(a) != side.contains(b)) {
                    blocked[direction(a, b)] = true;
                }
            }
        }
        connectionsChanged();
    }

    void block(SimNode from, SimNode to) {
        blocked[direction(from, to)] = true;
        connectionsChanged();
    }

    /** Cuts both directions between two nodes; others may reach both. */
    void cut(SimNode a, SimNode b) {
        blocked[direction(a, b)] = true;
        blocked[direction(b, a)] = true;
        connectionsChanged();
    }

    void unblock(SimNode from, SimNode to) {
        blocked[direction(from, to)] = false;
        connectionsChanged();
    }

    void heal() {
        Arrays.fill(blocked, false);
        connectionsChanged();
    }

    /** From now on frames arrive, soon and in order. */
    void becomeReliable() {
        loss = 0;
        duplication = 0;
        reordering = false;
        delayNanosMax = 10 * MILLI;
        straggling = 0;
        heal();
    }

    /** A connection ends and is there again at once, as pruning and idle closes do. */
    void reconnect(SimNode a, SimNode b) {
        listeners.forEach(each -> each.reconnect(a, b));
    }

    // ---- connections ----

    void tell(Connections listener) {
        listeners.add(listener);
    }

    /** Nodes started, crashed or were cut off. */
    void connectionsChanged() {
        listeners.forEach(Connections::changed);
    }
}
