package dev.flotilla.raft.core;

import dev.flotilla.raft.message.HardState;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * The term that this peer is in and whom it voted for in it (paper figure 2, persistent state: currentTerm and votedFor).
 * The two change in one write.
 */
final class TermAndVote {
    /**
     * Each election raises the term by one. Who is further behind than this was not away, but is told what is not so; to
     * believe it would use up the terms that there are, for all members and for good.
     */
    static final long LEAP_MAX = 1L << 32;

    private long term;
    private @Nullable PeerId votedFor;
    private boolean changed; // since it was put into a Persist last

    /** Takes what was found on disk. */
    void recover(HardState found) {
        term = found.term();
        votedFor = found.votedFor();
    }

    long term() {
        return term;
    }

    @Nullable
    PeerId votedFor() {
        return votedFor;
    }

    /** Whether the group may have come to that term, for all that this peer knows. */
    boolean isWithinReach(long other) {
        return other - term <= LEAP_MAX;
    }

    /** A higher term begins, in which this peer has not voted; or the same goes on. */
    void adoptTerm(long newTerm) {
        Invariant.check(newTerm >= term, "term %d falls to %d", term, newTerm);
        checkIsTerm(newTerm);
        if (newTerm > term) {
            term = newTerm;
            votedFor = null;
            changed = true;
        }
    }

    private static void checkIsTerm(long term) {
        Invariant.check(
                term <= HardState.TERM_MAX,
                "there is no term after %d: the group can elect nobody any more",
                HardState.TERM_MAX);
    }

    void voteFor(PeerId candidate) {
        Invariant.check(
                votedFor == null || votedFor.equals(candidate),
                "voted for %s already in term %d",
                String.valueOf(votedFor),
                term);
        if (votedFor == null) {
            votedFor = candidate;
            changed = true;
        }
    }

    boolean isChanged() {
        return changed;
    }

    /** What a Persist is to write; it counts as unchanged from now on. */
    HardState saved() {
        changed = false;
        return new HardState(term, votedFor);
    }
}
