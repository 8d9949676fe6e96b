package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Member;
import org.jspecify.annotations.Nullable;

/**
 * One member as this peer sees it.
 *
 * @param member as the configuration in force names it
 * @param state how the leader replicates to it; {@code null} where this peer is not the leader and cannot know
 * @param matchIndex what it is known to have; -1 where this peer cannot know
 * @param lastContactNanos since its last answer; -1 where there was none or this peer cannot know
 */
public record MemberStatus(Member member, @Nullable State state, long matchIndex, long lastContactNanos) {
    /** How a leader replicates to a member. */
    public enum State {
        /** It is the leader itself. */
        SELF,
        /** One request at a time, until the logs are known to meet. */
        PROBE,
        /** A window of requests in flight. */
        REPLICATE,
        /** A snapshot is on its way. */
        SNAPSHOT,
        /** It has not answered for an election time-out. */
        UNREACHABLE
    }

    static MemberStatus of(
            Member member, Group group, Stickiness stickiness, @Nullable Leadership office, long nowNanos) {
        if (member.peerId().equals(group.self)) {
            return new MemberStatus(member, State.SELF, group.log.lastIndex(), 0);
        }
        Progress peer = office == null ? null : office.of(member.peerId());
        if (peer == null) {
            return new MemberStatus(member, null, -1, sinceLeaderContact(member, group, stickiness, nowNanos));
        }
        boolean isHeard = group.quiet || nowNanos - peer.lastContactNanos < group.config.electionTimeoutNanos();
        return new MemberStatus(
                member,
                isHeard ? peer.state() : State.UNREACHABLE,
                peer.matchIndex(),
                peer.answered ? nowNanos - peer.lastContactNanos : -1);
    }

    /** A follower hears its leader and nobody else. */
    private static long sinceLeaderContact(Member member, Group group, Stickiness stickiness, long nowNanos) {
        boolean isHeard = member.peerId().equals(group.leader())
                && !group.isLeader()
                && stickiness.contactNanos() != Long.MIN_VALUE;
        return isHeard ? nowNanos - stickiness.contactNanos() : -1;
    }
}
