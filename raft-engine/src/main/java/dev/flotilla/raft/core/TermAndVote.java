package dev.flotilla.raft.core;

import dev.flotilla.raft.message.HardState;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * The term that this peer is in and whom it voted for in it (paper figure 2, persistent state: currentTerm and votedFor).
 * The two change in one write.
 */
final class TermAndVote {
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

    /** A higher term begins, in which this peer has not voted; or the same goes on. */
    void adoptTerm(long newTerm) {
        Invariant.check(newTerm >= term, "term %d falls to %d", term, newTerm);
        if (newTerm > term) {
            term = newTerm;
            votedFor = null;
            changed = true;
        }
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
