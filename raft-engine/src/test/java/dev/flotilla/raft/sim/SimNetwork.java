package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Carries messages with delay, loss, duplicates and partitions, and tells peers of connections as a transport does:
 * late, but in order. The receiver is told who sent, and from which data directory, as of the sending.
 */
final class SimNetwork {
    /** One direction. */
    private record Link(SimPeer from, SimPeer to) {}

    private record Lane(Link link, boolean replication) {}

    /** What happens to a message that arrives. */
    interface Delivery {
        void deliver(SimPeer from, StoreId storeId, SimPeer to, RaftMessage message);
    }

    private final Schedule schedule;
    private final RandomGenerator random;
    private final Tally tally;
    private final Collection<SimPeer> peers;
    private final Delivery delivery;
    private final Set<Link> blocked = new HashSet<>();
    private final Map<Link, Boolean> told = new HashMap<>(); // whether from knows to be connected
    private final Map<Lane, Long> lastArrivalNanos = new HashMap<>();
    private double loss;
    private double duplication;
    private boolean reordering;
    private long delayNanosMax;
    private double straggling;

    SimNetwork(
            Schedule schedule,
            RandomGenerator random,
            Tally tally,
            Collection<SimPeer> peers,
            SimSettings settings,
            Delivery delivery) {
        this.schedule = schedule;
        this.random = random;
        this.tally = tally;
        this.peers = peers;
        this.delivery = delivery;
        this.loss = settings.loss();
        this.duplication = settings.duplication();
        this.reordering = settings.reordering();
        this.delayNanosMax = settings.delayNanosMax();
        this.straggling = settings.straggling();
    }

    // ---- messages ----

    void send(SimPeer from, SimPeer to, RaftMessage message) {
        if (random.nextDouble() < loss) {
            tally.count(Occurrence.MESSAGE_LOST);
            return;
        }
        transmit(from, to, message);
        // Raft's own messages may come twice; what belongs to a caller comes once, as from any transport.
        boolean mayDouble = !(message instanceof RaftMessage.Forward || message instanceof RaftMessage.Answer);
        if (mayDouble && random.nextDouble() < duplication) {
            tally.count(Occurrence.MESSAGE_DUPLICATED);
            transmit(from, to, message);
        }
    }

    private void transmit(SimPeer from, SimPeer to, RaftMessage message) {
        StoreId storeId = from.storeId();
        Link link = new Link(from, to);
        Lane lane = new Lane(link, message instanceof RaftMessage.AppendEntries);
        boolean straggles = random.nextDouble() < straggling;
        long arrival =
                schedule.nowNanos() + (straggles ? random.nextLong(3 * SimSettings.ELECTION_TIMEOUT_NANOS) : delay());
        if (!reordering) {
            arrival = Math.max(arrival, lastArrivalNanos.getOrDefault(lane, 0L));
            lastArrivalNanos.put(lane, arrival);
        }
        schedule.at(arrival, () -> {
            if (!blocked.contains(link)) {
                delivery.deliver(from, storeId, to, message);
            }
        });
    }

    long delay() {
        return MILLI / 2 + random.nextLong(delayNanosMax);
    }

    boolean isBlocked(SimPeer from, SimPeer to) {
        return blocked.contains(new Link(from, to));
    }

    // ---- faults ----

    /** Cuts both directions between the two sides. */
    void partition(Set<SimPeer> side) {
        for (SimPeer a : peers) {
            for (SimPeer b : peers) {
                if (side.contains(a) != side.contains(b)) {
                    blocked.add(new Link(a, b));
                }
            }
        }
        connectionsChanged();
    }

    void block(SimPeer from, SimPeer to) {
        blocked.add(new Link(from, to));
        connectionsChanged();
    }

    void heal() {
        blocked.clear();
        connectionsChanged();
    }

    /** From now on messages arrive, soon and in order. */
    void becomeReliable() {
        loss = 0;
        duplication = 0;
        reordering = false;
        delayNanosMax = 10 * MILLI;
        straggling = 0;
        heal();
    }

    /** A connection ends and is there again at once, as pruning and idle closes do. */
    void reconnect(SimPeer a, SimPeer b) {
        tell(a, b, false, random.nextBoolean());
        tell(b, a, false, random.nextBoolean());
        connectionsChanged();
    }

    // ---- connections ----

    /** Peers started, crashed or were cut off: those concerned notice after a while. */
    void connectionsChanged() {
        for (SimPeer a : peers) {
            for (SimPeer b : peers) {
                if (a != b && isConnected(a, b) != told.getOrDefault(new Link(a, b), false)) {
                    schedule.after(delay(), () -> tell(a, b, isConnected(a, b), !b.isUp()));
                }
            }
        }
    }

    /** A connection carries both directions and lives while one works. */
    private boolean isConnected(SimPeer a, SimPeer b) {
        return a.isUp() && b.isUp() && !(isBlocked(a, b) && isBlocked(b, a));
    }

    private void tell(SimPeer peer, SimPeer other, boolean connected, boolean closedByPeer) {
        boolean before = Boolean.TRUE.equals(told.put(new Link(peer, other), connected));
        if (before != connected) {
            peer.step(connected ? new Input.Connected(other.id()) : new Input.Lost(other.id(), closedByPeer));
        }
        if (before && !connected) {
            schedule.after(delay(), () -> dialFails(peer, other));
        }
    }

    /** A dead process refuses, a cut network keeps silent. */
    private void dialFails(SimPeer peer, SimPeer other) {
        if (!isConnected(peer, other)) {
            peer.step(new Input.Unreachable(other.id(), !other.isUp() && !isBlocked(peer, other)));
        }
    }

    /** A peer that starts knows of no connection. */
    void started(SimPeer peer) {
        told.keySet().removeIf(link -> link.from() == peer);
        connectionsChanged();
    }
}
