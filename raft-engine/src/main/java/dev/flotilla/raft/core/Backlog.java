package dev.flotilla.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;

/** How many bytes of entries wait to be committed, and how many to be applied: what proposals are refused by. */
final class Backlog {
    private record Waiting(long index, int bytes) {}

    private final Deque<Waiting> uncommitted = new ArrayDeque<>(1);
    private final Deque<Waiting> unapplied = new ArrayDeque<>(1);
    private long uncommittedBytes;
    private long unappliedBytes;

    void appended(long index, int bytes) {
        uncommitted.addLast(new Waiting(index, bytes));
        uncommittedBytes += bytes;
    }

    void truncatedAfter(long index) {
        while (!uncommitted.isEmpty() && uncommitted.getLast().index() > index) {
            uncommittedBytes -= uncommitted.removeLast().bytes();
        }
    }

    void committed(long index) {
        while (!uncommitted.isEmpty() && uncommitted.getFirst().index() <= index) {
            Waiting entry = uncommitted.removeFirst();
            uncommittedBytes -= entry.bytes();
            unapplied.addLast(entry);
            unappliedBytes += entry.bytes();
        }
    }

    void applied(long index) {
        while (!unapplied.isEmpty() && unapplied.getFirst().index() <= index) {
            unappliedBytes -= unapplied.removeFirst().bytes();
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
