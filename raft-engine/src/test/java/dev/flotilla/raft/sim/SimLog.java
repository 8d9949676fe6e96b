package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import java.util.ArrayList;
import java.util.List;

/** A log as plainly as can be: a base and the entries after it. */
public final class SimLog {
    private EntryId base;
    private final List<Entry> entries;
    private boolean mayBeHollow; // some, or some that are gone

    public SimLog() {
        this(EntryId.NONE, List.of());
    }

    private SimLog(EntryId base, List<Entry> entries) {
        this.base = base;
        this.entries = new ArrayList<>(entries);
        this.mayBeHollow = true;
    }

    SimLog copy() {
        return new SimLog(base, entries);
    }

    EntryId base() {
        return base;
    }

    List<Entry> entries() {
        return entries;
    }

    EntryId last() {
        return entries.isEmpty() ? base : entries.get(entries.size() - 1).id();
    }

    long lastIndex() {
        return base.index() + entries.size();
    }

    /** Whether an entry or the base stands at {@code index}. */
    boolean reaches(long index) {
        return index >= base.index() && index <= lastIndex();
    }

    EntryId idAt(long index) {
        return index == base.index() ? base : entry(index).id();
    }

    boolean contains(EntryId id) {
        return reaches(id.index()) && idAt(id.index()).equals(id);
    }

    Entry entry(long index) {
        return entries.get((int) (index - base.index() - 1));
    }

    /** The entries from {@code from} to {@code to}, both included. */
    List<Entry> range(long from, long to) {
        return List.copyOf(entries.subList((int) (from - base.index() - 1), (int) (to - base.index())));
    }

    /** Puts {@code replacement} in the place of everything from its first index on. */
    public void replace(List<Entry> replacement) {
        if (replacement.isEmpty()) {
            return;
        }
        long first = replacement.get(0).index();
        Violation.unless(
                first > base.index() && first <= lastIndex() + 1, "entries from %d on: log is %s", first, this);
        entries.subList((int) (first - base.index() - 1), entries.size()).clear();
        for (Entry entry : replacement) {
            Violation.unless(entry.index() == lastIndex() + 1, "entry %s is not next: log is %s", entry.id(), this);
            entries.add(entry);
            mayBeHollow |= entry.isHollow();
        }
    }

    /**
     * Puts back that entry of this log, perhaps with its command, which it had not, or without it, where a peer that had it
     * is a witness now.
     */
    void putBack(Entry entry) {
        Entry present = entry(entry.index());
        Violation.unless(
                present.equals(entry) || present.forWitness().equals(entry.forWitness()),
                "entry %s is put back as another one",
                entry.id());
        entries.set((int) (entry.index() - base.index() - 1), entry);
    }

    /** The first entry without its command; {@link Long#MAX_VALUE} if there is none. */
    long firstHollow() {
        if (mayBeHollow) {
            for (Entry entry : entries) {
                if (entry.isHollow()) {
                    return entry.index();
                }
            }
            mayBeHollow = false;
        }
        return Long.MAX_VALUE;
    }

    /** Drops what lies at or before {@code newBase}, an entry of the log. */
    void compact(EntryId newBase) {
        if (newBase.index() > base.index()) {
            Violation.unless(contains(newBase), "compaction to %s: log is %s", newBase, this);
            entries.subList(0, (int) (newBase.index() - base.index())).clear();
            base = newBase;
        }
    }

    void reset(EntryId newBase) {
        entries.clear();
        base = newBase;
    }

    @Override
    public String toString() {
        return "(" + base + ", " + last() + "]";
    }
}
