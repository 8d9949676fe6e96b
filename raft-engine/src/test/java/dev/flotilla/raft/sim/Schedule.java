package dev.flotilla.raft.sim;

import java.util.PriorityQueue;

/** Virtual time: what happens when. Events of one instant come in the order in which they were planned. */
final class Schedule {
    static final long MILLI = 1_000_000;
    private static final int EVENTS_AT_ONCE_MAX = 20_000;

    private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNanos;
    private long planned;
    private int atThisInstant;

    long nowNanos() {
        return nowNanos;
    }

    void at(long atNanos, Runnable action) {
        events.add(new Event(Math.max(atNanos, nowNanos), planned++, action));
    }

    void after(long nanos, Runnable action) {
        at(nowNanos + nanos, action);
    }

    /** Runs the next event unless it comes after {@code untilNanos}; then time is {@code untilNanos}. */
    boolean runNext(long untilNanos) {
        Event next = events.peek();
        if (next == null || next.atNanos() > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        atThisInstant = next.atNanos() > nowNanos ? 0 : atThisInstant + 1;
        Violation.unless(atThisInstant < EVENTS_AT_ONCE_MAX, "time stands still at %d ns", nowNanos);
        nowNanos = next.atNanos();
        events.remove().action().run();
        return true;
    }
}
