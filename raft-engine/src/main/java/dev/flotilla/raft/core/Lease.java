package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.Member;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Until when a leader may answer reads without asking anybody (thesis §6.4.1), for one term. Each voter that hears of it
 * promises to vote for nobody else for a while ({@link Stickiness#isBound}); it relies on a quorum of such promises for as long
 * as clocks within the agreed bound allow, counted from when it <em>sent</em> what they answered.
 *
 * <p>It relies on a voter's promise from the first round on that it sent when it knew the voter to hold, durably, both the
 * committed configuration that asks for the promise and the first entry of this term. Then the voter's log is the leader's
 * own up to there, no left-over of another leader tells it that there is nothing to promise, and it finds the promise again
 * when it restarts. A voter that was down when lease reads were agreed on is not counted before that.
 */
final class Lease {
    /** There is none. */
    static final long NONE = Long.MIN_VALUE;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long PERMILLE = 1000;

    private record Sent(long round, long nanos) {}

    private final Group group;
    private final Deque<Sent> unconfirmed = new ArrayDeque<>(1); // both fields ascend
    private GroupSettings relied = GroupSettings.DEFAULT; // what the promises were asked for by
    private long confirmedNanos = NONE; // when the newest round that a quorum promised upon was sent
    private boolean forfeited;

    Lease(Group group) {
        this.group = group;
    }

    /** Somebody was told to campaign at once, whatever the voters have promised (thesis §6.4.1): not in this term. */
    void forfeit() {
        forfeited = true;
    }

    /** A round of heartbeats goes out. */
    void roundStarted(Leadership leadership) {
        RaftLog.Configured committed = group.committedConfiguration();
        if (!committed.configuration().settings().equals(relied)) {
            relied = committed.configuration().settings();
            leadership.all().forEach(peer -> peer.promisesFromRound = Long.MAX_VALUE);
            lapse();
        }
        if (!committed.configuration().allowsLeaseReads()) {
            return;
        }
        long heldFrom = Math.max(leadership.firstIndex, committed.id().index());
        for (Progress peer : leadership.all()) {
            if (peer.matchIndex() >= heldFrom) {
                peer.promisesFromRound = Math.min(peer.promisesFromRound, leadership.round);
            }
        }
        while (!unconfirmed.isEmpty() && isOver(unconfirmed.getFirst().nanos())) {
            unconfirmed.removeFirst();
        }
        unconfirmed.addLast(new Sent(leadership.round, group.nowNanos));
    }

    /** Whatever was promised so far counts no more. */
    void lapse() {
        unconfirmed.clear();
        confirmedNanos = NONE;
    }

    /** A round was confirmed by somebody. */
    void onConfirmed(Leadership leadership) {
        if (unconfirmed.isEmpty()) {
            return;
        }
        long promised = Quorum.agreed(group.configuration(), member -> promisedRound(leadership, member));
        while (!unconfirmed.isEmpty() && unconfirmed.getFirst().round() <= promised) {
            confirmedNanos = unconfirmed.removeFirst().nanos();
        }
    }

    private long promisedRound(Leadership leadership, Member member) {
        long confirmed = leadership.confirmedRound(member);
        boolean isSelf = member.peerId().equals(group.self);
        Progress peer = isSelf ? null : leadership.of(member.peerId());
        return isSelf || (peer != null && confirmed >= peer.promisesFromRound) ? confirmed : 0;
    }

    /**
     * When the round was sent that the lease rests on; {@link #NONE} if there is no lease now, as while the group is quiet. Whoever reads by it reads
     * what was committed at this moment or later.
     */
    long sinceNanos(Leadership leadership) {
        Configuration inForce = group.configuration();
        boolean isValid = !forfeited
                && !group.quiet
                && leadership.hasCommittedInTerm()
                && inForce.allowsLeaseReads()
                && inForce.settings().equals(relied)
                && group.committedConfiguration().configuration().allowsLeaseReads()
                && confirmedNanos != NONE
                && !isOver(confirmedNanos);
        return isValid ? confirmedNanos : NONE;
    }

    /** The voter's clock may be the fastest and this one the slowest. */
    private boolean isOver(long sentNanos) {
        long promisedNanos = relied.leaseMillis() * NANOS_PER_MILLI;
        long usableNanos =
                promisedNanos / (PERMILLE + relied.clockDriftPermille()) * (PERMILLE - relied.clockDriftPermille());
        return group.nowNanos - sentNanos >= usableNanos;
    }
}
