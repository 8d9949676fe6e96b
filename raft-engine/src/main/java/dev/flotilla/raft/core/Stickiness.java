package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.GroupSettings;

/**
 * Whether this peer sticks to the leader that it has: when it heard of one last (thesis §4.2.3), and what it promised to
 * one (thesis §6.4.1). Votes are refused by that, and campaigns put off.
 */
final class Stickiness {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long PROMISED_NANOS_MAX = GroupSettings.LEASE_MILLIS_MAX * NANOS_PER_MILLI;
    private static final long NEVER = Long.MIN_VALUE;

    private final Group group;
    private long contactNanos = NEVER; // when a message of the present leader arrived last
    private long boundUntilNanos = NEVER; // by promises of this peer's earlier lives

    Stickiness(Group group) {
        this.group = group;
    }

    /** When a message of the present leader arrived last; {@link Long#MIN_VALUE} if none did. */
    long contactNanos() {
        return contactNanos;
    }

    /** A sign of the leader's life came just now. */
    void leaderHeard() {
        contactNanos = group.nowNanos;
    }

    /** The leader's process is gone: its last sign of life counts no more. */
    void leaderGone() {
        contactNanos = NEVER;
    }

    /** Whether a leader was heard of within the election time-out, or is this peer itself (thesis §4.2.3). */
    boolean isLeaderAlive() {
        if (group.isLeader() || isBound() || (group.quiet && group.leader() != null)) {
            return true;
        }
        return group.leader() != null && isWithin(patienceNanos());
    }

    /** Whether a message of a leader arrived that lately. */
    private boolean isWithin(long nanos) {
        return contactNanos != NEVER && group.nowNanos - contactNanos < nanos;
    }

    /**
     * Whether this peer has promised its vote to nobody else (thesis §6.4.1): some leader may answer reads on the strength
     * of that. The promise outlives this peer's knowledge of who the leader is, its term, and its process: who starts
     * again may have promised just before. Who cannot read whether it promised, and for how long, is bound for as long as
     * any promise lasts; not for ever, since its vote may be the one that elects who could give it back what it lost.
     */
    boolean isBound() {
        boolean isHidden = group.damage.hidesConfiguration();
        long promised = isHidden ? PROMISED_NANOS_MAX : patienceNanos();
        return (isHidden || promises()) && (isWithin(promised) || group.nowNanos < boundUntilNanos);
    }

    /**
     * Whether lease reads are agreed on by the newest configuration in the log or the newest committed one. A leader
     * ceases to rely on the promise when it appends that there is none, so by then it may be forgotten.
     */
    boolean promises() {
        return group.configuration().allowsLeaseReads() || group.hasLeaseReads();
    }

    /** This peer starts, and may have promised its vote to nobody else just before. */
    void bindFromStart() {
        if (group.damage.hidesConfiguration()) {
            boundUntilNanos = group.nowNanos + PROMISED_NANOS_MAX;
        } else {
            boundUntilNanos = promises() ? group.nowNanos + patienceNanos() : NEVER;
        }
    }

    /** How long a peer without a sign of its leader waits at least: T, or what it promised if that is longer. */
    long patienceNanos() {
        return Math.max(
                group.config.electionTimeoutNanos(),
                Math.max(
                        promisedNanos(group.configuration()),
                        promisedNanos(group.committedConfiguration().configuration())));
    }

    private static long promisedNanos(Configuration configuration) {
        return configuration.allowsLeaseReads() ? configuration.settings().leaseMillis() * NANOS_PER_MILLI : 0;
    }
}
