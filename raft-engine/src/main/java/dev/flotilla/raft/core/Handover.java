package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings leadership to the voter of the highest priority, which may have been away when this leader was elected (thesis
 * §3.10 names this use of transfers). A voter is handed over to once it has been fit to lead for as long as the settings
 * say: heard all the time, with the leader's log. So a link that comes and goes causes no change of the leader.
 *
 * <p>What this leader cannot see is whether that voter reaches the others too. If it does not, it loses its election or its
 * office, and leadership comes back. Therefore each further attempt waits twice as long as the one before, 64 times as long
 * as the first at most, until there was none for long. That is remembered over terms, by each leader for itself.
 */
final class Handover {
    private static final int DOUBLINGS_MAX = 6;
    private static final int CALM_WAITS = 4; // after so many without an attempt the next waits are short again

    private final Group group;
    private final Transfer transfer;
    private @Nullable Member fit; // who was fit at the last heartbeat; null if nobody was
    private long fitSinceNanos;
    private long triedNanos;
    private int tries; // lately

    Handover(Group group, Transfer transfer) {
        this.group = group;
        this.transfer = transfer;
    }

    /** With each round of heartbeats. */
    void onHeartbeat(Leadership office) {
        Member best = successor(office).orElse(null);
        if (best == null || fit == null || !best.peerId().equals(fit.peerId())) {
            fitSinceNanos = group.nowNanos;
        }
        fit = best;
        if (best != null && group.nowNanos - fitSinceNanos >= waitNanos() && isSettled(office)) {
            handOver(office, best);
        }
    }

    private void handOver(Leadership office, Member best) {
        tries = isCalm() ? 1 : Math.min(tries + 1, DOUBLINGS_MAX);
        triedNanos = group.nowNanos;
        fit = null;
        group.trace.handsOver(best.peerId(), best.priority());
        transfer.onRequest(office, Requester.NOBODY, best.peerId());
    }

    private long waitNanos() {
        return isCalm() ? group.config.handoverAfterNanos() : group.config.handoverAfterNanos() << tries;
    }

    private boolean isCalm() {
        return tries == 0 || group.nowNanos - triedNanos >= CALM_WAITS * (group.config.handoverAfterNanos() << tries);
    }

    /** Whether somebody else should lead, so that the group has something to do yet. */
    boolean isWanted(Leadership office) {
        return successor(office).isPresent();
    }

    /** This peer leads no more. */
    void onLost() {
        fit = null;
    }

    private boolean isSettled(Leadership office) {
        return office.hasCommittedInTerm()
                && group.isConfigurationCommitted()
                && !group.configuration().isJoint()
                && !transfer.isUnderWay();
    }

    /** The voter of the highest priority above this leader's that could take over now. */
    private Optional<Member> successor(Leadership office) {
        Configuration present = group.configuration();
        if (group.config.handoverAfterNanos() == 0 || present.prioritiesAbove(group.self) == 0) {
            return Optional.empty();
        }
        int own = present.member(group.self).map(Member::priority).orElse(0);
        return present.members().stream()
                .filter(member -> member.isVoter() && member.priority() > own && office.hasCaughtUp(member))
                .max(Comparator.comparingInt(Member::priority));
    }
}
