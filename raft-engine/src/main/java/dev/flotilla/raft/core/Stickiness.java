package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

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
    private long startNanos = NEVER; // until then its earlier lives may have made promises
    // The leader whose connection to this peer was closed by the other side last; null once it was heard of again.
    private @Nullable PeerId closedBy;

    Stickiness(Group group) {
        this.group = group;
    }

    /** When a message of the present leader arrived last; {@link Long#MIN_VALUE} if none did. */
    long contactNanos() {
        return contactNanos;
    }

    /** A message of the leader came just now. */
    void leaderHeard() {
        contactNanos = group.nowNanos;
        closedBy = null;
    }

    /** The leader's node lived until now, for all that this peer knows. */
    void leaderPresumed() {
        contactNanos = group.nowNanos;
    }

    /** A connection to {@code peer} is lost. */
    void onLost(PeerId peer, boolean closedByPeer) {
        closedBy = closedByPeer && peer.equals(group.leader()) ? peer : null;
    }

    /**
     * A leader that closed this peer's connection and then refused a new one is gone with its process, so its last sign of
     * life counts no more. A candidate's claim never does that, nor does a connection that this side closed; nor anything
     * where lease reads are agreed on, since a closed connection proves nothing that a lease could rest on. Says whether
     * the leader is gone.
     */
    boolean onUnreachable(PeerId peer, boolean isRefused) {
        boolean isGone =
                isRefused && !promises() && peer.equals(closedBy) && peer.equals(group.leader()) && !group.isLeader();
        if (isGone) {
            closedBy = null;
            contactNanos = NEVER;
        }
        return isGone;
    }

    /** Whether a leader was heard of within the election time-out, or is this peer itself (thesis §4.2.3). */
    boolean isLeaderAlive() {
        if (group.isLeader() || isBound() || (group.quiet && group.leader() != null)) {
            return true;
        }
        return group.leader() != null && isWithin(patienceNanos(), contactNanos);
    }

    /** Whether that was so lately. */
    private boolean isWithin(long nanos, long since) {
        return since != NEVER && group.nowNanos - since < nanos;
    }

    /**
     * Whether this peer has promised its vote to nobody else (thesis §6.4.1): some leader may answer reads on the strength
     * of that. The promise outlives this peer's knowledge of who the leader is, its term, and its process: who starts
     * again may have promised just before. Who cannot read whether it promised, and for how long, is bound for as long as
     * any promise lasts; not for ever, since its vote may be the one that elects who could give it back what it lost. Once
     * that is back, or something else was agreed on in its place, what is in the log says for how long.
     */
    boolean isBound() {
        boolean isHidden = group.damage.hidesConfiguration();
        long promised = isHidden ? PROMISED_NANOS_MAX : patienceNanos();
        return (isHidden || promises()) && (isWithin(promised, contactNanos) || isWithin(promised, startNanos));
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
        startNanos = group.nowNanos;
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
