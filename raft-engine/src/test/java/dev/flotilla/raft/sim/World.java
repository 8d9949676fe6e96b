package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What surrounds a {@link SimPeer}: decides when things happen, and is told of everything that does. */
public interface World {
    /** Work that a peer does aside from its core. */
    enum Work {
        APPLY,
        LOAD,
        CAPTURE
    }

    /** True time, which no peer sees but through its own clock. */
    long nowNanos();

    /** A message left {@code from}. */
    void send(SimPeer from, PeerId to, RaftMessage message);

    /** A write was queued: {@link SimPeer#diskCompletes} is to be called for it. */
    void written(SimPeer peer);

    /** Whether the driver of {@code peer} waits for other inputs, to give them to the core together. */
    default boolean gathers(SimPeer peer) {
        return false;
    }

    /** Runs {@code task} later. */
    void later(SimPeer peer, Work work, Runnable task);

    /** Fetches that snapshot from any of {@code sources}. */
    void receiveSnapshot(SimPeer peer, SnapshotMeta snapshot, List<PeerId> sources);

    void answered(SimPeer peer, RequestId id, Result result);

    /** A request went to the leader of {@code term}. */
    void forwarded(SimPeer peer, RequestId id, long term);

    /** {@code entry} was applied; {@code told} is what came of its command, null if it carries none. */
    void applied(SimPeer peer, Entry entry, @Nullable Told<Object> told);

    void restored(SimPeer peer, SimMachine.State state);

    /** About to give {@code input} to the core. */
    void stepping(SimPeer peer, Input input);

    /** The core emitted {@code effect}; nothing was done about it yet. */
    void emitted(SimPeer peer, Effect effect);

    /** All that {@code input} led to was taken. */
    void stepped(SimPeer peer, Input input, List<Effect> effects);

    void roleChanged(SimPeer peer, Role role, long term, @Nullable PeerId leader);

    void dropped(SimPeer peer, PeerId from, String message, String reason);

    /** These entries of the peer's log are damaged, found now. */
    default void damaged(SimPeer peer, List<DamagedEntry> entries) {}

    /** Damaged entries in that range are whole again, or needed no longer; {@code left} are still damaged. */
    default void repaired(SimPeer peer, long firstIndex, long lastIndex, int left) {}

    /** As leader: {@code peer} lacks what it acknowledged. */
    default void lostEntries(SimPeer leader, PeerId peer, long acknowledgedIndex) {}

    /** As leader: {@code peer} is to become a promotable learner. */
    default void demoted(SimPeer leader, PeerId peer, String reason) {}

    /** As leader: begins to hand over to {@code peer}, whose priority is higher. */
    default void handsOver(SimPeer leader, PeerId peer, int priority) {}

    /** The core cannot go on, for {@code cause}. False if it should have; else the peer has been stopped. */
    default boolean stops(SimPeer peer, IllegalStateException cause) {
        return false;
    }

    /** The peer learnt, durably, that it is no member any longer. */
    void left(SimPeer peer);
}
