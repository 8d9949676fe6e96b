package dev.flotilla.raft.driver;

/** A time at which an {@link EventLoop} does something. Belongs to the loop's thread. */
final class Alarm implements Comparable<Alarm> {
    static final long NEVER = Long.MAX_VALUE;

    private final long ordinal;
    private final Runnable action;
    private long dueNanos = NEVER;

    Alarm(long ordinal, Runnable action) {
        this.ordinal = ordinal;
        this.action = action;
    }

    long dueNanos() {
        return dueNanos;
    }

    void dueNanos(long nanos) {
        dueNanos = nanos;
    }

    void ring() {
        action.run();
    }

    @Override
    public int compareTo(Alarm other) {
        int byTime = Long.compare(dueNanos, other.dueNanos);
        return byTime != 0 ? byTime : Long.compare(ordinal, other.ordinal);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(ordinal);
    }
}
