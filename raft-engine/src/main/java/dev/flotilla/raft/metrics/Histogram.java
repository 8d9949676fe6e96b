package dev.flotilla.raft.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How often something took how long: nanoseconds by powers of two from about 8 microseconds on. Thread-safe. */
final class Histogram {
    /** The first bucket takes all below this power of two. */
    private static final int SHIFT = 13;

    private static final int BUCKETS = 24; // the last but one ends at about 34 s

    private final LongAdder totalNanos = new LongAdder();
    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);

    void record(long nanos) {
        long taken = Math.max(0, nanos);
        totalNanos.add(taken);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(taken);
        buckets.incrementAndGet(Math.min(Math.max(0, bits - SHIFT), BUCKETS - 1));
    }

    Sample sample(Metric metric, Scope scope) {
        long count = 0;
        List<Sample.Bucket> filled = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            long here = buckets.get(i);
            count += here;
            if (here > 0) {
                filled.add(new Sample.Bucket(i == BUCKETS - 1 ? Long.MAX_VALUE : 1L << (SHIFT + i), here));
            }
        }
        return new Sample(metric, scope, count, totalNanos.sum(), filled);
    }
}
