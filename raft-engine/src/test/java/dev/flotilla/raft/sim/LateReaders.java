package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import dev.flotilla.raft.core.Role;

/**
 * Clients that turn to whoever leads still when another is elected: at that moment, and a little later, when the other may
 * have committed something. A stale read needs one at just that time, which chance alone hardly ever sends.
 */
final class LateReaders {
    private static final long[] LATER_NANOS = {0, 10 * MILLI, 50 * MILLI, 150 * MILLI};

    private final SimGroup group;

    LateReaders(SimGroup group) {
        this.group = group;
    }

    /** {@code winner} is elected, in the midst of its step. */
    void elected(SimPeer winner) {
        for (SimPeer peer : group.life().peers()) {
            if (peer != winner && leads(peer)) {
                for (long later : LATER_NANOS) {
                    group.environment().schedule().after(later, () -> ask(peer));
                }
            }
        }
    }

    private void ask(SimPeer former) {
        if (leads(former)) {
            group.clients().readByLease(former);
        }
    }

    private static boolean leads(SimPeer peer) {
        return peer.isUp() && peer.role() == Role.LEADER;
    }
}
