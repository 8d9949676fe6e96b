package dev.flotilla.raft.message;

import java.time.Duration;

/**
 * What the members of a group agree on beside who they are.
 *
 * @param leaseMillis how long a voter that hears of its leader promises to vote for nobody else, restarts included; 0:
 *     there are no lease reads. In force once the group is at {@link FeatureLevel#LEASE_READS}
 * @param clockDriftPermille how much faster or slower than real time the clock of any member may run at most, in
 *     thousandths: what lease reads, and they alone, rely on. A leader relies on a promise of L for
 *     L * (1000 - drift) / (1000 + drift) of its own clock, from the sending of what the voter answered
 */
public record GroupSettings(long leaseMillis, int clockDriftPermille) {
    public static final long LEASE_MILLIS_MAX = Duration.ofMinutes(10).toMillis();
    public static final int CLOCK_DRIFT_PERMILLE_MAX = 500;

    /** No lease reads. */
    public static final GroupSettings DEFAULT = new GroupSettings(0, 0);

    public GroupSettings {
        check("lease milliseconds", leaseMillis, LEASE_MILLIS_MAX);
        check("permille of clock drift", clockDriftPermille, CLOCK_DRIFT_PERMILLE_MAX);
    }

    private static void check(String what, long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(what + " must lie in 0.." + max + ", got " + value);
        }
    }

    /**
     * The same with lease reads.
     *
     * @param promise of the voters; a new leader waits for so long after the loss of the old one, so about an election
     *     time-out. Whole milliseconds, at least one
     * @param driftPermille the bound on each clock's drift
     */
    public GroupSettings withLeaseReads(Duration promise, int driftPermille) {
        if (promise.toMillis() < 1) {
            throw new IllegalArgumentException("a lease lasts at least 1 ms, got " + promise);
        }
        return new GroupSettings(promise.toMillis(), driftPermille);
    }

    /** The same without lease reads. */
    public GroupSettings withoutLeaseReads() {
        return new GroupSettings(0, clockDriftPermille);
    }

    public boolean hasLeaseReads() {
        return leaseMillis > 0;
    }
}
