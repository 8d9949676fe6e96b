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
}
