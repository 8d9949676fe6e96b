package dev.flotilla.raft.message;

/**
 * Which entry: no two entries of one group have the same. Ordered as "up-to-date" is (paper §5.4.1): by term, then by
 * index.
 *
 * @param term of the leader that made the entry; 0 only before the first entry
 * @param index in the log; 0 means before the first entry
 */
public record EntryId(long term, long index) implements Comparable<EntryId> {
    /** Before the first entry. */
    public static final EntryId NONE = new EntryId(0, 0);

    public EntryId {
        if (term < 0 || index < 0 || (term == 0) != (index == 0)) {
            throw new IllegalArgumentException("no entry has term " + term + " and index " + index);
        }
    }

    @Override
    public int compareTo(EntryId other) {
        int byTerm = Long.compare(term, other.term);
        return byTerm != 0 ? byTerm : Long.compare(index, other.index);
    }

    /** {@code term/index}. */
    @Override
    public String toString() {
        return term + "/" + index;
    }
}
