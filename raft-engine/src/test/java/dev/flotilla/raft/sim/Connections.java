package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Input;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Tells the peers of one group of connections as a transport does: late, but in order. */
final class Connections {
    /** One direction. */
    private record Link(SimPeer from, SimPeer to) {}

    private final Schedule schedule;
    private final RandomGenerator random;
    private final SimNetwork network;
    private final Collection<SimPeer> peers;
    private final Map<Link, Boolean> told = new HashMap<>(); // whether from knows to be connected

    Connections(Environment environment, Collection<SimPeer> peers) {
        this.schedule = environment.schedule();
        this.random = environment.random();
        this.network = environment.network();
        this.peers = peers;
        network.tell(this);
    }

    /** Those concerned notice after a while. */
    void changed() {
        for (SimPeer a : peers) {
            for (SimPeer b : peers) {
                if (a != b && isConnected(a, b) != told.getOrDefault(new Link(a, b), false)) {
                    schedule.after(network.delay(), () -> tell(a, b, isConnected(a, b), !b.isUp()));
                }
            }
        }
    }

    /** A peer that starts knows of no connection. */
    void started(SimPeer peer) {
        told.keySet().removeIf(link -> link.from() == peer);
        changed();
    }

    void reconnect(SimNode a, SimNode b) {
        for (SimPeer one : peers) {
            for (SimPeer other : peers) {
                if (one.node() == a && other.node() == b) {
                    tell(one, other, false, random.nextBoolean());
                    tell(other, one, false, random.nextBoolean());
                }
            }
        }
        changed();
    }

    /** A connection carries both directions and lives while one works. */
    private boolean isConnected(SimPeer a, SimPeer b) {
        return a.isUp() && b.isUp() && !(isBlocked(a, b) && isBlocked(b, a));
    }

    private boolean isBlocked(SimPeer from, SimPeer to) {
        return network.isBlocked(from.node(), to.node());
    }

    private void tell(SimPeer peer, SimPeer other, boolean connected, boolean closedByPeer) {
        boolean before = Boolean.TRUE.equals(told.put(new Link(peer, other), connected));
        if (before && !connected) {
            peer.node().heartbeats().disconnected(other.id());
        }
        if (before != connected) {
            peer.step(connected ? new Input.Connected(other.id()) : new Input.Lost(other.id(), closedByPeer));
        }
        if (before && !connected) {
            schedule.after(network.delay(), () -> dialFails(peer, other));
        }
    }

    /** A dead process refuses, a cut network keeps silent. */
    private void dialFails(SimPeer peer, SimPeer other) {
        if (!isConnected(peer, other)) {
            peer.step(new Input.Unreachable(other.id(), !other.isUp() && !isBlocked(peer, other)));
        }
    }
}
