package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Snapshots on their way: an offer, and the bytes if it is taken. Either breaks now and then. */
final class SimTransfers {
    /** What is offered over a byte stream that is still open. Each is one of its own. */
    private static final class Offer {
        private final SimPeer from;
        private final int fromLife;
        private final RaftMessage.InstallSnapshot message;
        private final SimMachine.State state;

        Offer(SimPeer from, RaftMessage.InstallSnapshot message, SimMachine.State state) {
            this.from = from;
            this.fromLife = from.life();
            this.message = message;
            this.state = state;
        }
    }

    private final Schedule schedule;
    private final RandomGenerator random;
    private final SimNetwork network;
    private final Map<SimPeer, Offer> offered = new HashMap<>(); // by receiver, as long as its core looks at it
    private final Set<Offer> wanted = new HashSet<>();
    private boolean reliable;

    SimTransfers(Schedule schedule, RandomGenerator random, SimNetwork network) {
        this.schedule = schedule;
        this.random = random;
        this.network = network;
    }

    void becomeReliable() {
        reliable = true;
    }

    void send(SimPeer from, SimPeer to, RaftMessage.InstallSnapshot message, SimMachine.State state) {
        Offer offer = new Offer(from, message, state);
        StoreId storeId = from.storeId();
        schedule.after(network.delay(), () -> {
            if (!to.isUp() || isCut(from, to) || breaks()) {
                notSent(offer, to.id());
                return;
            }
            offered.put(to, offer);
            to.step(new Input.Received(from.id(), storeId, message, to.wallMillis()));
            if (!wanted.contains(offer)) { // the receiver closes a stream that it does not want
                offered.remove(to, offer);
                notSent(offer, to.id());
            }
        });
    }

    /** The core of {@code to} said that it wants the snapshot, perhaps only after a write. */
    void wanted(SimPeer to, RaftMessage.InstallSnapshot message) {
        Offer offer = offered.get(to);
        Violation.unless(
                offer != null && offer.message.equals(message), "%s wants a snapshot that nobody offers", to.name());
        if (offer != null) {
            wanted.add(offer);
        }
    }

    /** {@code to} takes what is offered. */
    void receive(SimPeer to, RaftMessage.InstallSnapshot message) {
        Offer offer = offered.get(to);
        if (offer == null || !offer.message.equals(message)) {
            return; // another offer took its place
        }
        offered.remove(to);
        int life = to.life();
        schedule.after(network.delay() * 3, () -> {
            boolean whole = to.life() == life && !isCut(offer.from, to) && !breaks();
            if (whole) {
                sent(offer, to.id());
            } else {
                notSent(offer, to.id());
            }
            if (to.life() == life) {
                ended(to, offer, whole);
            }
        });
    }

    private static void ended(SimPeer to, Offer offer, boolean whole) {
        RaftMessage.InstallSnapshot message = offer.message;
        PeerId from = offer.from.id();
        if (whole) {
            to.disk().receive(offer.state);
            to.step(new Input.SnapshotReceived(from, message.term(), message.run(), message.snapshot()));
        } else {
            to.step(new Input.SnapshotNotReceived(from, message.term(), message.run(), message.snapshot()));
        }
    }

    private void sent(Offer offer, PeerId to) {
        schedule.after(network.delay(), () -> {
            if (offer.from.life() == offer.fromLife) {
                offer.from.step(new Input.SnapshotSent(to, offer.message.run()));
            }
        });
    }

    private void notSent(Offer offer, PeerId to) {
        schedule.after(network.delay(), () -> {
            if (offer.from.life() == offer.fromLife) {
                offer.from.step(new Input.SnapshotNotSent(to, offer.message.run()));
            }
        });
    }

    private boolean isCut(SimPeer from, SimPeer to) {
        return network.isBlocked(from.node(), to.node()) || network.isBlocked(to.node(), from.node());
    }

    private boolean breaks() {
        return !reliable && random.nextInt(5) == 0;
    }
}
