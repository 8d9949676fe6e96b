package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A look at a {@link RaftCore}.
 *
 * @param role and term as of now
 * @param leader whom this peer holds for the leader; itself if it is; null if it knows none
 * @param lastEntry of the log, durable or not
 * @param durableIndex up to where the log is durable here
 * @param commitIndex the highest that this peer knows
 * @param lastApplied as last told by {@link Input.Applied}
 * @param snapshot last entry of the newest snapshot, or {@link EntryId#NONE}
 * @param configuration in force, with the entry that it came with
 * @param configurationCommitted whether it is committed
 * @param configurationHidden whether a damaged entry of this peer's log hides a configuration: an older one than agreed on
 *     is shown then, or none, and who it does not list may be a member
 * @param members of both lists, by peer id
 * @param leaderContactNanos when this peer last sent what its leader then confirmed, or heard of its leader, in the time
 *     of {@link RaftCore#step}; {@link Long#MIN_VALUE} if never
 * @param left whether this peer was removed
 * @param quiet whether the group is silent on this peer
 */
public record CoreStatus(
        Role role,
        long term,
        @Nullable PeerId leader,
        EntryId lastEntry,
        long durableIndex,
        long commitIndex,
        long lastApplied,
        EntryId snapshot,
        Configuration configuration,
        EntryId configurationId,
        boolean configurationCommitted,
        boolean configurationHidden,
        List<MemberStatus> members,
        long leaderContactNanos,
        boolean left,
        boolean quiet) {

    static CoreStatus of(Group group, Stickiness stickiness, @Nullable Leadership office, long nowNanos) {
        RaftLog.Configured configured = group.log.configured();
        return new CoreStatus(
                group.role(),
                group.term(),
                group.leader(),
                group.log.last(),
                group.durableIndex(),
                group.commitIndex(),
                group.commitment.appliedIndex(),
                group.snapshot == null ? EntryId.NONE : group.snapshot.lastIncluded(),
                configured.configuration(),
                configured.id(),
                group.isConfigurationCommitted(),
                group.damage.hidesConfiguration(),
                configured.configuration().all().stream()
                        .map(member -> MemberStatus.of(member, group, stickiness, office, nowNanos))
                        .toList(),
                group.isLeader() ? nowNanos : stickiness.contactNanos(),
                group.left,
                group.quiet);
    }

    /** The same of a peer that knows from its disk that it was removed. */
    public CoreStatus asLeft() {
        return new CoreStatus(
                role,
                term,
                leader,
                lastEntry,
                durableIndex,
                commitIndex,
                lastApplied,
                snapshot,
                configuration,
                configurationId,
                configurationCommitted,
                configurationHidden,
                members,
                leaderContactNanos,
                true,
                quiet);
    }
}
