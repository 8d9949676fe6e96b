package dev.flotilla.raft.message;

import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/** What only a leader can do; any peer may ask, itself or through {@link RaftMessage.Forward}. */
public sealed interface Request {
    /** Append this command. Answered by {@link Result.Appended}; completed when its origin applies it. */
    record Propose(Command command) implements Request {}

    /** From which index on does a local state answer a linearizable read (thesis §6.4)? */
    record ReadIndex() implements Request {}

    /**
     * The same by the leader's lease if it has one (thesis §6.4.1), or else as {@link ReadIndex}. Only in groups that have
     * agreed on lease reads. A follower asks its leader, which spares the round but not the way.
     */
    record LeaseRead() implements Request {}

    /** Change the members; answered once the new configuration is committed. */
    record ChangeMembers(MembershipChange change) implements Request {}

    /** Hand leadership to {@code target}, or to the member that is furthest when null (thesis §3.10). */
    record Transfer(@Nullable PeerId target) implements Request {}

    /**
     * Let {@code newcomer} in; answered once the configuration that names it is committed.
     *
     * @param newcomer as the transport of the member that it turned to authenticated it
     * @param featureLevel the newest that the newcomer knows, as its frame stated
     */
    record Join(PeerId newcomer, StoreId storeId, int featureLevel, Ticket ticket) implements Request {}
}
