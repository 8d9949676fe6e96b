package dev.flotilla.benchmark;

/**
 * A closed loop at one peer: so many clients, each of which asks for the next thing once the one before has ended.
 *
 * @param outstanding how many clients
 * @param bytes of each command
 * @param readPercent how many of a hundred things are reads
 * @param warmUpSeconds how long it goes on before anything is measured
 * @param seconds for how long it is
 * @param operationsMax after so many the load ends, however much of its time is left
 */
record Load(int outstanding, int bytes, int readPercent, double warmUpSeconds, double seconds, long operationsMax) {

    /** Without a bound but its time. */
    Load(int outstanding, int bytes, int readPercent, double warmUpSeconds, double seconds) {
        this(outstanding, bytes, readPercent, warmUpSeconds, seconds, Long.MAX_VALUE);
    }

    /** So many writes. */
    static Load writes(int outstanding, int bytes, long writes) {
        return new Load(outstanding, bytes, 0, 0, Wait.PATIENCE.toSeconds(), writes);
    }

    /**
     * What came of it.
     *
     * @param operations that ended well while it was measured
     * @param writes of them
     * @param seconds for how long it was measured
     * @param failed operations that did not
     * @param failure why the last of them did not; empty if there is none
     */
    record Outcome(
            long operations,
            long writes,
            double seconds,
            double p50Micros,
            double p99Micros,
            double p999Micros,
            long failed,
            String failure) {}
}
