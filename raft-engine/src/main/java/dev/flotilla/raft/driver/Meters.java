package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.metrics.Scope;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The meters that a node, or one of its groups, gives its samples to; all are made at once, so that a sample costs neither
 * a search nor an allocation. Thread-safe but for {@link #measure}, which belongs to the group's loop.
 */
final class Meters {
    private final Metrics metrics;
    // Written by the constructor alone.
    private final Map<Metric, Metrics.Counter> counters = new EnumMap<>(Metric.class);
    private final Map<Metric, Metrics.Timer> timers = new EnumMap<>(Metric.class);
    private final Map<Metric, LongAdder> levels = new EnumMap<>(Metric.class);
    private final @Nullable GroupGauges group; // null unless these are the meters of one group

    /** The meters of a node, and of all groups without their own. */
    Meters(Metrics metrics) {
        this.metrics = metrics;
        this.group = null;
        for (Metric metric : Metric.values()) {
            if (metric.extent() == Metric.Extent.NODE || metric.extent() == Metric.Extent.GROUP_OR_NODE) {
                make(metric, Scope.NODE);
            }
        }
    }

    /** The meters of one group: those of {@code node} for what is the node's. */
    private Meters(Meters node, GenesisId genesis) {
        this.metrics = node.metrics;
        this.group = new GroupGauges(metrics, genesis);
        counters.putAll(node.counters);
        timers.putAll(node.timers);
        levels.putAll(node.levels);
        for (Metric metric : Metric.values()) {
            if (metric.extent() == Metric.Extent.GROUP_OR_NODE) {
                make(metric, Scope.of(genesis));
            }
        }
    }

    private void make(Metric metric, Scope scope) {
        switch (metric.kind()) {
            case COUNTER -> counters.put(metric, metrics.counter(metric, scope));
            case TIMER -> timers.put(metric, metrics.timer(metric, scope));
            case GAUGE -> {
                LongAdder level = new LongAdder();
                levels.put(metric, level);
                metrics.gauge(metric, scope, level::sum);
            }
        }
    }

    /** Those of a group that opens: these, unless it is to have its own. */
    Meters of(GenesisId genesis) {
        return metrics.hasOwnMeters(genesis) ? new Meters(this, genesis) : this;
    }

    /** The group has closed. */
    void close() {
        if (group != null) {
            group.close();
        }
    }

    void count(Metric counter) {
        add(counter, 1);
    }

    void add(Metric counter, long count) {
        Objects.requireNonNull(counters.get(counter)).add(count);
    }

    void time(Metric timer, long nanos) {
        Objects.requireNonNull(timers.get(timer)).record(nanos);
    }

    /** The gauge rises by {@code difference}, or falls. */
    void raise(Metric gauge, long difference) {
        if (difference != 0) {
            Objects.requireNonNull(levels.get(gauge)).add(difference);
        }
    }

    /** Takes the indexes of the group, if it has meters of its own. */
    void measure(RaftCore core) {
        if (group != null) {
            core.measure(group);
        }
    }

    /** A write ended after so long. */
    void proposed(Outcome<?> outcome, long nanos) {
        if (outcome instanceof Outcome.Applied) {
            time(Metric.PROPOSALS_APPLIED, nanos);
        } else if (outcome instanceof Outcome.Rejected) {
            time(Metric.PROPOSALS_REJECTED, nanos);
        } else {
            time(Metric.PROPOSALS_UNKNOWN, nanos);
        }
    }

    /** Counts what is worth an event. */
    void happened(GroupEvent event) {
        if (event instanceof GroupEvent.SnapshotTaken) {
            count(Metric.SNAPSHOTS_TAKEN);
        } else if (event instanceof GroupEvent.SnapshotReceived) {
            count(Metric.SNAPSHOTS_RECEIVED);
        } else if (event instanceof GroupEvent.SnapshotNotReceived) {
            count(Metric.SNAPSHOTS_NOT_RECEIVED);
        } else if (event instanceof GroupEvent.SnapshotInstalled) {
            count(Metric.SNAPSHOTS_INSTALLED);
        } else if (event instanceof GroupEvent.FellQuiet) {
            count(Metric.QUIET_BEGUN);
            raise(Metric.GROUPS_QUIET, 1);
        } else if (event instanceof GroupEvent.Awoke) {
            count(Metric.QUIET_ENDED);
            raise(Metric.GROUPS_QUIET, -1);
        }
    }
}
