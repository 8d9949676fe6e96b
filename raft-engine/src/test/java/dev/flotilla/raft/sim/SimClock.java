package dev.flotilla.raft.sim;

/**
 * A node's clocks. The monotonic one runs at a rate of its own and may jump forward, never back; the wall clock may jump
 * both ways. True time is that of {@link Schedule}.
 */
final class SimClock {
    private static final long MILLION = 1_000_000;
    private static final long START_MILLIS = 1_000_000_000_000L; // of the wall clock, since the epoch

    private long sinceTrueNanos; // when the rate changed last
    private long sinceNanos; // what this clock said then
    private int fastPpm;
    private long wallOffsetMillis;

    /** What the monotonic clock says at that true time. */
    long nanos(long trueNanos) {
        long passed = trueNanos - sinceTrueNanos;
        return sinceNanos + passed + passed / MILLION * fastPpm + Math.floorDiv(passed % MILLION * fastPpm, MILLION);
    }

    /** The true time at which the monotonic clock reaches {@code nanos}; not before the last change of its rate. */
    long trueNanos(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            return nanos;
        }
        long found = sinceTrueNanos + (long) ((nanos - sinceNanos) / (1 + fastPpm / (double) MILLION));
        while (nanos(found) < nanos) {
            found++;
        }
        while (found > sinceTrueNanos && nanos(found - 1) >= nanos) {
            found--;
        }
        return found;
    }

    /** What the wall clock says, in milliseconds since the epoch. */
    long wallMillis(long trueNanos) {
        return START_MILLIS + trueNanos / Schedule.MILLI + wallOffsetMillis;
    }

    /** From now on the monotonic clock gains {@code ppm} microseconds a second; loses, if negative. */
    void runFast(long trueNanos, int ppm) {
        if (ppm <= -MILLION) {
            throw new IllegalArgumentException("a clock that loses " + -ppm + " ppm stands still");
        }
        sinceNanos = nanos(trueNanos);
        sinceTrueNanos = trueNanos;
        fastPpm = ppm;
    }

    /** The monotonic clock jumps forward, as after a sleep of the machine. */
    void jump(long forwardNanos) {
        if (forwardNanos < 0) {
            throw new IllegalArgumentException("a monotonic clock does not jump by " + forwardNanos + " ns");
        }
        sinceNanos += forwardNanos;
    }

    /** Somebody sets the wall clock. */
    void setWall(long offsetMillis) {
        wallOffsetMillis = offsetMillis;
    }
}
