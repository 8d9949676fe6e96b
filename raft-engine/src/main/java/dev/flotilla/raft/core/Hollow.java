package dev.flotilla.raft.core;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Entries of this peer's log that came without their commands, as a witness gets them. Neither the paper nor the thesis has
 * this. No leader that knows of a witness makes anything else of its data directory; but a configuration that lets one in
 * may never commit, and the next leader, who never heard of it, may let in the same peer as a learner. So the peer
 * itself sees to it; a hollow entry can be told from a whole one on its disk, where a command is never empty.
 *
 * <ul>
 *   <li><b>By a configuration that names this peer as anything but a witness, they are lacking</b>: they are {@link Damage}
 *       from then on, and all of its rules hold. The peer votes by terms and indexes, which it has, is counted for nothing
 *       from there on, and is given them again. If that configuration is overwritten, they are none again.
 *   <li><b>Who is named as a witness, or not yet at all, acknowledges them.</b> The former is meant to have no others; the
 *       latter does not know what it is meant to be, and is counted by nobody: no leader lets vote who has not
 *       acknowledged the configuration that names it ({@link Leadership#hasCaughtUp}), and with that its word of damage
 *       has come.
 *   <li><b>Nobody who has any stands for election</b>, whatever it is named.
 *   <li><b>They are passed over only by who is a witness for good</b>, by a configuration that is committed. Until then
 *       nothing is applied from the first one on, so that the state is always one that was agreed on, and goes on from
 *       there once they have come.
 *   <li><b>Who passed some over has no state.</b> Should the group forget that it was a witness, as its record of former
 *       members is bounded, and name it as anything else, it acknowledges nothing: its data directory has to go.
 * </ul>
 *
 * @param firstIndex of the first one; 0 if there is none
 * @param lastIndex of the last one; what lies between the two counts as hollow too
 * @param passedIndex up to where they were passed over, in the log or before it; 0 if none was
 */
record Hollow(long firstIndex, long lastIndex, long passedIndex) {
    static final Hollow NONE = new Hollow(0, 0, 0);
    private static final String PLACE = "it came without its command, as a witness gets it";

    boolean isNone() {
        return equals(NONE);
    }

    /** Whether there are none in the log. */
    boolean isEmpty() {
        return firstIndex == 0;
    }

    /** The entry at {@code index} is one. */
    Hollow with(long index) {
        return isEmpty()
                ? new Hollow(index, index, passedIndex)
                : new Hollow(Math.min(firstIndex, index), Math.max(lastIndex, index), passedIndex);
    }

    /** A witness went on as if those up to {@code index} were applied. */
    Hollow passed(long index) {
        return new Hollow(firstIndex, lastIndex, Math.max(passedIndex, index));
    }

    /** The state is a whole one, whatever was passed over before. */
    Hollow restored() {
        return within(firstIndex, lastIndex, 0);
    }

    /** There are none in the log: it has them whole, or takes them for lost. */
    Hollow without() {
        return within(0, 0, passedIndex);
    }

    /** The log ends at {@code index} now. */
    Hollow truncatedAfter(long index) {
        return within(firstIndex, Math.min(lastIndex, index), passedIndex);
    }

    /** The log begins after {@code index} now. */
    Hollow compactedTo(long index) {
        return within(Math.max(firstIndex, Math.min(index, lastIndex) + 1), lastIndex, passedIndex);
    }

    private static Hollow within(long first, long last, long passed) {
        boolean isEmpty = first == 0 || first > last;
        return isEmpty && passed == 0 ? NONE : new Hollow(isEmpty ? 0 : first, isEmpty ? 0 : last, passed);
    }

    /** As damage of a log whose entries {@code idAt} names. */
    List<DamagedEntry> asDamage(LongFunction<EntryId> idAt) {
        List<DamagedEntry> lost = new ArrayList<>();
        for (long index = firstIndex; index > 0 && index <= lastIndex; index++) {
            lost.add(new DamagedEntry(idAt.apply(index), Entry.Kind.COMMAND, PLACE));
        }
        return lost;
    }

    /** Whether {@code entry} is lacking as one that came hollow; else its bytes are. */
    static boolean isHollow(DamagedEntry entry) {
        return entry.place().equals(PLACE);
    }
}
