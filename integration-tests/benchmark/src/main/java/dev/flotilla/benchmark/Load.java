package dev.flotilla.benchmark;

import java.util.ArrayList;
import java.util.List;

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
    private static final double WRITES_PER_SECOND_MIN = 1_000;

    /** Without a bound but its time. */
    Load(int outstanding, int bytes, int readPercent, double warmUpSeconds, double seconds) {
        this(outstanding, bytes, readPercent, warmUpSeconds, seconds, Long.MAX_VALUE);
    }

    /** So many writes. */
    static Load writes(int outstanding, int bytes, long writes) {
        return new Load(outstanding, bytes, 0, 0, Wait.PATIENCE.toSeconds() + writes / WRITES_PER_SECOND_MIN, writes);
    }

    /** The same without a time to warm up. */
    Load atOnce() {
        return new Load(outstanding, bytes, readPercent, 0, seconds, operationsMax);
    }

    /** The same divided among peers by their {@code weights}; each that has any gets at least one client. */
    List<Load> spread(List<Integer> weights) {
        int sum = weights.stream().mapToInt(Integer::intValue).sum();
        List<Load> loads = new ArrayList<>();
        int weightBefore = 0;
        for (int weight : weights) {
            int share = part(weightBefore + weight, sum) - part(weightBefore, sum);
            loads.add(new Load(
                    weight == 0 ? 0 : Math.max(1, share), bytes, readPercent, warmUpSeconds, seconds, operationsMax));
            weightBefore += weight;
        }
        return loads;
    }

    private int part(int weight, int sum) {
        return (int) ((long) outstanding * weight / sum);
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
            String failure) {
        /** Nothing was asked for. */
        static Outcome idle(double seconds) {
            return new Outcome(0, 0, seconds, 0, 0, 0, 0, "");
        }

        double perSecond() {
            return operations / seconds;
        }

        /** Both together; of latencies the higher ones. */
        Outcome plus(Outcome other) {
            return new Outcome(
                    operations + other.operations,
                    writes + other.writes,
                    Math.max(seconds, other.seconds),
                    Math.max(p50Micros, other.p50Micros),
                    Math.max(p99Micros, other.p99Micros),
                    Math.max(p999Micros, other.p999Micros),
                    failed + other.failed,
                    failure.isEmpty() ? other.failure : failure);
        }
    }
}
