package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.metrics.Sample;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the daemon counted, as the commands show it: each metric under its name, a timer as an object with how often and how
 * long in microseconds.
 */
final class MetricsJson {
    private static final double NANOS_PER_MICRO = 1_000;

    private MetricsJson() {}

    /** Of the whole peer: what is of groups or the node is added up; what is of groups alone is left out. */
    static ObjectNode ofPeer(List<Sample> samples) {
        Map<Metric, Sample> sums = new EnumMap<>(Metric.class);
        for (Sample sample : samples) {
            Metric.Extent extent = sample.metric().extent();
            if (extent == Metric.Extent.NODE || extent == Metric.Extent.GROUP_OR_NODE) {
                sums.merge(sample.metric(), sample, Sample::plus);
            }
        }
        return json(sums);
    }

    /** Of one group, with the lag of each follower by its peer id; empty if it shares the meters of the peer. */
    static ObjectNode ofGroup(List<Sample> samples, GenesisId genesis) {
        Map<Metric, Sample> own = new EnumMap<>(Metric.class);
        ObjectNode lags = Json.object();
        for (Sample sample : samples) {
            if (genesis.equals(sample.scope().group())) {
                if (sample.metric().extent() == Metric.Extent.FOLLOWER) {
                    lags.put(Objects.requireNonNull(sample.scope().follower()).toString(), sample.value());
                } else {
                    own.put(sample.metric(), sample);
                }
            }
        }
        ObjectNode json = json(own);
        if (!lags.isEmpty()) {
            json.set(Metric.FOLLOWER_LAG.label(), lags);
        }
        return json;
    }

    private static ObjectNode json(Map<Metric, Sample> samples) {
        ObjectNode json = Json.object();
        samples.forEach((metric, sample) -> {
            if (metric.kind() == Metric.Kind.TIMER) {
                json.set(metric.label(), timer(sample));
            } else {
                json.put(metric.label(), sample.value());
            }
        });
        return json;
    }

    /** The quantiles are the upper bounds of their buckets. */
    private static ObjectNode timer(Sample sample) {
        ObjectNode json = Json.object().put("count", sample.value());
        if (sample.value() > 0) {
            json.put("meanMicros", micros(sample.meanNanos()))
                    .put("p50Micros", micros(sample.quantileNanos(0.5)))
                    .put("p99Micros", micros(sample.quantileNanos(0.99)));
        }
        return json;
    }

    private static long micros(long nanos) {
        return Math.round(nanos / NANOS_PER_MICRO);
    }
}
