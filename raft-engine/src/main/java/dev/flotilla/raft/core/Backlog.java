package dev.flotilla.raft.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** How many bytes of entries wait to be committed, and how many to be applied: what proposals are refused by. */
final class Backlog {
    private record Waiting(long index, int bytes) {}

    // Null while nothing waits: there may be many groups, most of them idle.
    private @Nullable ArrayDeque<Waiting> uncommitted;
    private @Nullable ArrayDeque<Waiting> unapplied;
    private long uncommittedBytes;
    private long unappliedBytes;

    void appended(long index, int bytes) {
        uncommitted = with(uncommitted, new Waiting(index, bytes));
        uncommittedBytes += bytes;
    }

    private static ArrayDeque<Waiting> with(@Nullable ArrayDeque<Waiting> queue, Waiting last) {
        ArrayDeque<Waiting> longer = queue == null ? new ArrayDeque<>(1) : queue;
        longer.addLast(last);
        return longer;
    }

    void truncatedAfter(long index) {
        while (uncommitted != null && uncommitted.getLast().index() > index) {
            uncommittedBytes -= uncommitted.removeLast().bytes();
            uncommitted = uncommitted.isEmpty() ? null : uncommitted;
        }
    }

    void committed(long index) {
        while (uncommitted != null && uncommitted.getFirst().index() <= index) {
            Waiting entry = uncommitted.removeFirst();
            uncommitted = uncommitted.isEmpty() ? null : uncommitted;
            uncommittedBytes -= entry.bytes();
            unapplied = with(unapplied, entry);
            unappliedBytes += entry.bytes();
        }
    }

    void applied(long index) {
        while (unapplied != null && unapplied.getFirst().index() <= index) {
            unappliedBytes -= unapplied.removeFirst().bytes();
            unapplied = unapplied.isEmpty() ? null : unapplied;
        }
    }

    /** A snapshot took the place of everything up to {@code index}, and of everything if the log went with it. */
    void installed(long index, boolean keepLog) {
        committed(keepLog ? index : Long.MAX_VALUE);
        applied(keepLog ? index : Long.MAX_VALUE);
    }

    long uncommittedBytes() {
        return uncommittedBytes;
    }

    long unappliedBytes() {
        return unappliedBytes;
    }
}
