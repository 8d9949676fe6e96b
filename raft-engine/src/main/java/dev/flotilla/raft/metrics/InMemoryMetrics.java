package dev.flotilla.raft.metrics;

import dev.flotilla.raft.message.GenesisId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Keeps the numbers in memory, to be looked at. A sample allocates nothing and waits for nobody. Thread-safe.
 */
public final class InMemoryMetrics implements Metrics {
    private record Series(Metric metric, Scope scope) {}

    private interface Meter {
        Sample sample(Metric metric, Scope scope);
    }

    private record Count(LongAdder total) implements Meter, Counter {
        @Override
        public void add(long count) {
            total.add(count);
        }

        @Override
        public Sample sample(Metric metric, Scope scope) {
            return Sample.of(metric, scope, total.sum());
        }
    }

    private record Level(LongSupplier value) implements Meter {
        @Override
        public Sample sample(Metric metric, Scope scope) {
            return Sample.of(metric, scope, value.getAsLong());
        }
    }

    private record Times(Histogram histogram) implements Meter, Timer {
        @Override
        public void record(long nanos) {
            histogram.record(nanos);
        }

        @Override
        public Sample sample(Metric metric, Scope scope) {
            return histogram.sample(metric, scope);
        }
    }

    private final int groupsMax;
    private final Set<GenesisId> groups = new HashSet<>(); // guarded by itself; with meters of their own
    private final Map<Series, Meter> meters = new ConcurrentHashMap<>();

    /** Nothing counted yet; the first {@code groupsMax} groups that are open at a time get meters of their own. */
    public InMemoryMetrics(int groupsMax) {
        this.groupsMax = groupsMax;
    }

    @Override
    public boolean hasOwnMeters(GenesisId group) {
        synchronized (groups) {
            return groups.contains(group) || (groups.size() < groupsMax && groups.add(group));
        }
    }

    @Override
    public Counter counter(Metric metric, Scope scope) {
        Count count = new Count(new LongAdder());
        meters.put(new Series(metric, scope), count);
        return count;
    }

    @Override
    public Timer timer(Metric metric, Scope scope) {
        Times times = new Times(new Histogram());
        meters.put(new Series(metric, scope), times);
        return times;
    }

    @Override
    public void gauge(Metric metric, Scope scope, LongSupplier value) {
        meters.put(new Series(metric, scope), new Level(value));
    }

    @Override
    public void remove(Scope scope) {
        meters.keySet().removeIf(series -> isWithin(series.scope, scope));
        if (scope.follower() == null && scope.group() != null) {
            synchronized (groups) {
                groups.remove(scope.group());
            }
        }
    }

    private static boolean isWithin(Scope inner, Scope outer) {
        return inner.equals(outer)
                || (outer.follower() == null
                        && outer.group() != null
                        && outer.group().equals(inner.group()));
    }

    /** Every meter as it is, in the order of {@link Metric}. */
    public List<Sample> snapshot() {
        List<Sample> samples = new ArrayList<>();
        meters.forEach((series, meter) -> samples.add(meter.sample(series.metric, series.scope)));
        samples.sort(Comparator.comparing(Sample::metric));
        return samples;
    }
}
