package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened in a group on this peer. */
public sealed interface GroupEvent {
    /** The role, the term or the leader that is known here changed; {@code leader} is null if none is. */
    record RoleChanged(Role role, long term, @Nullable PeerId leader) implements GroupEvent {}

    /**
     * Another configuration is in force, which it is once it was proposed and has come here (thesis §4.1), or the one in
     * force was {@code committed}.
     */
    record MembersChanged(EntryId id, Configuration configuration, boolean committed) implements GroupEvent {}

    /** A snapshot of this peer's own state is durable. */
    record SnapshotTaken(SnapshotMeta snapshot) implements GroupEvent {}

    /** All of another member's snapshot is here, verified. */
    record SnapshotReceived(SnapshotMeta snapshot) implements GroupEvent {}

    /** A snapshot that was offered could not be had: nobody gave it whole, or another is being installed. */
    record SnapshotNotReceived(SnapshotMeta snapshot) implements GroupEvent {}

    /** A received snapshot took the place of log and state. */
    record SnapshotInstalled(SnapshotMeta snapshot) implements GroupEvent {}

    /** The connection to a member ended; {@code closedByPeer} if its side closed it. */
    record MemberAbsent(PeerId peer, boolean closedByPeer) implements GroupEvent {}

    /** There is a connection to a member again, or for the first time. */
    record MemberBack(PeerId peer) implements GroupEvent {}

    /**
     * These entries of this peer's log are damaged, found at the start or since: until they are put back this peer does not
     * stand for election, and applies nothing behind the first of them.
     */
    record LogDamaged(List<DamagedEntry> entries) implements GroupEvent {
        public LogDamaged {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Damaged entries from {@code firstIndex} to {@code lastIndex} are none any more: they came again from another member,
     * or they are needed no longer, since a snapshot has them, the log goes another way, or this peer is a witness after
     * all and meant to have none of their commands. {@code left} are still damaged.
     */
    record LogRepaired(long firstIndex, long lastIndex, int left) implements GroupEvent {}

    /** Nothing is to be done, and the group fell silent here. */
    record FellQuiet() implements GroupEvent {}

    /** The group is silent no more. */
    record Awoke() implements GroupEvent {}

    /**
     * The group stopped on this peer and answers nothing until it is opened again: its storage failed or is damaged, or its
     * state machine or a task of the group threw {@code cause}. Never dropped, and the last.
     */
    record Stopped(Throwable cause) implements GroupEvent {}

    /** The listener was too slow: so many events, of this place in the order, were not told. */
    record Dropped(long events) implements GroupEvent {}

    /** Told of the events of all groups of a node, each group's in order, on the callback executor. */
    interface NodeListener {
        void happened(GenesisId group, GroupEvent event);
    }
}
