package dev.flotilla.raft.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One meter as it was at some moment.
 *
 * @param value a counter's count, a gauge's level, or how often a timer was given a time
 * @param totalNanos of a timer, all times together; else 0
 * @param buckets of a timer, those that are not empty, by ascending bounds; else empty
 */
public record Sample(Metric metric, Scope scope, long value, long totalNanos, List<Bucket> buckets) {
    /**
     * How often a time was below {@code endNanosExclusive} and not below the bucket before.
     *
     * @param endNanosExclusive {@link Long#MAX_VALUE} for no bound
     */
    public record Bucket(long endNanosExclusive, long count) {}

    public Sample {
        buckets = List.copyOf(buckets);
    }

    static Sample of(Metric metric, Scope scope, long value) {
        return new Sample(metric, scope, value, 0, List.of());
    }

    /** Both together, as a sample of {@code other}'s scope, which is of the same metric. */
    public Sample plus(Sample other) {
        if (metric != other.metric) {
            throw new IllegalArgumentException(metric + " and " + other.metric + " do not add up");
        }
        Map<Long, Long> counts = new TreeMap<>();
        buckets.forEach(bucket -> counts.merge(bucket.endNanosExclusive, bucket.count, Long::sum));
        other.buckets.forEach(bucket -> counts.merge(bucket.endNanosExclusive, bucket.count, Long::sum));
        List<Bucket> merged = new ArrayList<>();
        counts.forEach((end, count) -> merged.add(new Bucket(end, count)));
        return new Sample(metric, other.scope, value + other.value, totalNanos + other.totalNanos, merged);
    }

    /** The mean of a timer's times, 0 if there were none. */
    public long meanNanos() {
        return value == 0 ? 0 : totalNanos / value;
    }

    /** The bound of the bucket in which {@code quantile}, in [0, 1], of a timer's times are reached; 0 if there were none. */
    public long quantileNanos(double quantile) {
        long rank = Math.max(1, (long) Math.ceil(quantile * value));
        long seen = 0;
        for (Bucket bucket : buckets) {
            seen += bucket.count;
            if (seen >= rank) {
                return bucket.endNanosExclusive;
            }
        }
        return 0;
    }
}
