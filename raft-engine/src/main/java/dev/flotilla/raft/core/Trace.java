package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Told what the core does, for logs, metrics and tests. Must not call back. */
public interface Trace {
    /** Nobody listens. */
    Trace NONE = new Trace() {};

    /** The role, term or known leader changed. */
    default void roleChanged(Role role, long term, @Nullable PeerId leader) {}

    /** Another configuration is in force; {@code committed} tells whether it is agreed on already. */
    default void configurationChanged(EntryId id, Configuration configuration, boolean committed) {}

    /**
     * {@code peer} lacks what it has acknowledged to this leader, up to {@code acknowledgedIndex}: its data directory was
     * rolled back, or its disk lied.
     */
    default void lostEntries(PeerId peer, long acknowledgedIndex) {}

    /** These entries of this peer's own log are damaged, found now. */
    default void damaged(List<DamagedEntry> entries) {}

    /**
     * Damaged entries from {@code firstIndex} to {@code lastIndex} are whole again and durable, or are needed no longer;
     * {@code left} are still damaged.
     */
    default void repaired(long firstIndex, long lastIndex, int left) {}

    /** This leader begins to make a promotable learner of {@code peer}, for that reason. */
    default void demoted(PeerId peer, String reason) {}

    /** This leader begins to hand over to {@code peer}, whose priority is higher. */
    default void handsOver(PeerId peer, int priority) {}

    /** A message was dropped: {@code reason} says why. */
    default void dropped(PeerId from, String message, String reason) {}
}
