package dev.flotilla.raft.swarm;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.InMemoryMetrics;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.metrics.Sample;
import dev.flotilla.raft.metrics.Scope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Looks at all gauges whenever something is counted, and remembers how high each metric was anywhere. */
final class Peaks implements Metrics {
    private record Gauge(Metric metric, LongSupplier value) {}

    final InMemoryMetrics numbers;
    private final Map<Metric, Long> peaks = new ConcurrentHashMap<>();
    private final Map<Scope, Map<Metric, Gauge>> gauges = new ConcurrentHashMap<>();

    Peaks(InMemoryMetrics numbers) {
        this.numbers = numbers;
    }

    /** The highest so far; 0 if never above. */
    long of(Metric metric) {
        return peaks.getOrDefault(metric, 0L);
    }

    void look() {
        lookAtLevels();
        numbers.snapshot().forEach(sample -> reached(sample.metric(), sample.value()));
    }

    /** As it is now, of the node or of one group or follower; fails if there is no such meter. */
    Sample now(Metric metric, Scope scope) {
        return numbers.snapshot().stream()
                .filter(sample -> sample.metric() == metric && sample.scope().equals(scope))
                .findFirst()
                .orElseThrow();
    }

    boolean has(Metric metric, Scope scope) {
        return numbers.snapshot().stream()
                .anyMatch(sample -> sample.metric() == metric && sample.scope().equals(scope));
    }

    private void reached(Metric metric, long value) {
        peaks.merge(metric, value, Math::max);
    }

    private void lookAtLevels() {
        gauges.values()
                .forEach(scope -> scope.values().forEach(gauge -> reached(gauge.metric, gauge.value.getAsLong())));
    }

    @Override
    public boolean hasOwnMeters(GenesisId group) {
        return numbers.hasOwnMeters(group);
    }

    @Override
    public Counter counter(Metric metric, Scope scope) {
        Counter counter = numbers.counter(metric, scope);
        return count -> {
            counter.add(count);
            lookAtLevels();
        };
    }

    @Override
    public Timer timer(Metric metric, Scope scope) {
        return numbers.timer(metric, scope);
    }

    @Override
    public void gauge(Metric metric, Scope scope, LongSupplier value) {
        numbers.gauge(metric, scope, value);
        gauges.computeIfAbsent(scope, unused -> new ConcurrentHashMap<>()).put(metric, new Gauge(metric, value));
    }

    @Override
    public void remove(Scope scope) {
        look();
        numbers.remove(scope);
        gauges.remove(scope);
    }
}
