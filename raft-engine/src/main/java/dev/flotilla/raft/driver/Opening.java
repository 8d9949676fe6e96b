package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Recovered;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.session.SessionedMachine;
import org.jspecify.annotations.Nullable;

/**
 * What a group goes on from.
 *
 * @param machine restored from the newest snapshot, or further by itself
 * @param position what of the log the state machine was given or restored so far
 * @param ticket with which this peer is still joining, or null
 * @param left whether this peer left the group
 * @param storeId that this peer has in the group
 */
record Opening<R>(
        GenesisId genesis,
        SessionedMachine<R> machine,
        RaftConfig config,
        Recovered recovered,
        Applier.Position position,
        @Nullable Ticket ticket,
        boolean left,
        StoreId storeId) {
    /** What the state machine contained by itself. */
    long machineIndex() {
        return machine.seenIndex();
    }
}
