package dev.flotilla.raft.core;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * How far this peer's log is known to be that of its leader (log matching, paper §5.3), and that what is committed here is
 * in both (leader completeness, paper §5.4.3).
 *
 * <p>What was proven is kept in memory alone and for one leader's term: a peer that starts again may have lost entries, by a
 * disk that lied or an older copy of its data directory, and have others in their place. So it takes no heartbeat's word
 * for what it acknowledged in its former life, but says where its log ends and has it proven again; so it does before it
 * takes a snapshot, which may make up for a loss ({@link Demotion}). A log that ends where it did, but holds other entries,
 * and that a snapshot replaces before anything is proven, is not noticed.
 *
 * <p>Leader completeness ends where a voter forgot what it had promised. Then a leader's log may contradict what is
 * committed here. Whoever sees that goes no further: it neither acknowledges nor replaces anything, and stops. It sees it
 * wherever it knows the term of its own entry, which is from its base on; before the base it sees it by a term that is
 * higher than the base's, since terms never fall along a log. What it cannot see is another entry before its base whose term
 * is the base's or lower. That it acknowledges; but a leader counts acknowledgements of its own term's entries alone (paper
 * §5.4.2), so such a one commits nothing, unless two led the base's term.
 */
final class LogMatching {
    private static final String CONFLICT =
            "entry %s of leader %s contradicts %s, which is committed here: a member forgot"
                    + " what it had promised, since its disk lied or an older copy of its data directory was put back. Compare what"
                    + " the members hold; where it is not what should hold, have that peer forget the group and join it anew";

    private final Group group;
    private @Nullable PeerId leader;
    private long term;
    private long index; // up to where this log is that of the leader of that term

    LogMatching(Group group) {
        this.group = group;
    }

    /** The logs are equal up to {@code upToIndex}, as an AppendEntries of {@code from}, which leads now, has proven. */
    void proven(PeerId from, long upToIndex) {
        index = Math.max(upToIndex, provenIndex(from));
        leader = from;
        term = group.term();
    }

    /** Up to where the log is known to be that of {@code from}, which leads now; 0 if nothing was proven in this life. */
    long provenIndex(PeerId from) {
        return term == group.term() && from.equals(leader) ? index : 0;
    }

    /** Whether anything was. */
    boolean isProven(PeerId from) {
        return provenIndex(from) > 0;
    }

    /** @throws IllegalStateException if {@code request} contradicts what is committed here */
    void requireNoConflict(PeerId from, AppendEntries request) {
        requireNoConflict(from, request.prev());
        long known = Math.min(
                group.commitIndex() - request.prev().index(), request.entries().size());
        for (int i = 0; i < known; i++) {
            requireNoConflict(from, request.entries().get(i).id());
        }
    }

    /** @throws IllegalStateException if {@code theirs}, of the log of {@code from}, contradicts what is committed here */
    void requireNoConflict(PeerId from, EntryId theirs) {
        if (theirs.index() > group.commitIndex()) {
            return;
        }
        EntryId base = group.log.base();
        boolean isBeforeBase = theirs.index() < base.index();
        EntryId ours = isBeforeBase ? base : group.log.idAt(theirs.index());
        boolean isConflict = isBeforeBase ? theirs.term() > base.term() : !theirs.equals(ours);
        if (isConflict) {
            Invariant.check(false, CONFLICT, theirs, from, ours);
        }
    }
}
