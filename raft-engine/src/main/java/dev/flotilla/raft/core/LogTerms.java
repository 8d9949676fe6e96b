package dev.flotilla.raft.core;

import dev.flotilla.raft.message.EntryId;
import java.util.ArrayList;
import java.util.List;

/** Which term each entry of the log has: a few runs of equal terms instead of one number an entry. */
final class LogTerms {
    // The first entry of each run; indexes and terms increase. The last run ends at lastIndex.
    private final List<EntryId> runs = new ArrayList<>(1);
    private EntryId base;
    private long lastIndex;

    LogTerms(EntryId base) {
        this.base = base;
        this.lastIndex = base.index();
    }

    /** The entry before the first; its term is known too. */
    EntryId base() {
        return base;
    }

    /** The last entry, or {@link #base} if there is none. */
    EntryId last() {
        return idAt(lastIndex);
    }

    /** The entry at {@code index}, which lies between the base and the last. */
    EntryId idAt(long index) {
        if (index == base.index()) {
            return base;
        }
        return new EntryId(runs.get(runOf(index)).term(), index);
    }

    /** Whether exactly this entry is in the log, or is its base. */
    boolean contains(EntryId id) {
        return id.index() >= base.index()
                && id.index() <= lastIndex
                && idAt(id.index()).equals(id);
    }

    void append(EntryId id) {
        Invariant.check(id.index() == lastIndex + 1, "entry %s is not next: the log ends at %s", id, last());
        Invariant.check(id.term() >= last().term(), "entry %s has an older term than %s", id, last());
        if (runs.isEmpty() || runs.get(runs.size() - 1).term() != id.term()) {
            runs.add(id);
        }
        lastIndex = id.index();
    }

    void truncateAfter(long index) {
        Invariant.check(index >= base.index(), "cannot truncate after %d: the log starts after %s", index, base);
        while (!runs.isEmpty() && runs.get(runs.size() - 1).index() > index) {
            runs.remove(runs.size() - 1);
        }
        lastIndex = Math.min(lastIndex, index);
    }

    /** Entries up to {@code newBase}, one of the log, go. */
    void compactTo(EntryId newBase) {
        Invariant.check(contains(newBase), "cannot compact to %s: it is not in the log", newBase);
        base = newBase;
        while (runs.size() > 1 && runs.get(1).index() <= newBase.index()) {
            runs.remove(0);
        }
        if (lastIndex == newBase.index()) {
            runs.clear();
        } else if (runs.get(0).index() <= newBase.index()) {
            EntryId next = new EntryId(runs.get(0).term(), newBase.index() + 1);
            boolean nextRunStartsThere = runs.size() > 1 && runs.get(1).index() == next.index();
            if (nextRunStartsThere) {
                runs.remove(0);
            } else {
                runs.set(0, next);
            }
        }
    }

    /** The log is empty after {@code newBase}. */
    void reset(EntryId newBase) {
        runs.clear();
        base = newBase;
        lastIndex = newBase.index();
    }

    /**
     * The newest entry, not after {@code index}, whose term is at most {@code term}; the base if there is none in the
     * log. What a conflict hint names and what a leader makes of one (paper §5.3, the optimisation at its end).
     */
    EntryId newestNotAfter(long index, long term) {
        long at = Math.min(index, lastIndex);
        while (at > base.index()) {
            int run = runOf(at);
            if (runs.get(run).term() <= term) {
                return idAt(at);
            }
            at = runs.get(run).index() - 1;
        }
        return base;
    }

    private int runOf(long index) {
        Invariant.check(index > base.index(), "no entry at %d: the log starts after %s", index, base);
        Invariant.check(index <= lastIndex, "no entry at %d: the log ends at %d", index, lastIndex);
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.get(middle).index() <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
