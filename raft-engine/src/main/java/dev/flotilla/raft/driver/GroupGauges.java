package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.metrics.Scope;
import dev.flotilla.transport.PeerId;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/** Where a group with meters of its own stands: written on its loop, read on any thread. */
final class GroupGauges implements RaftCore.Measures {
    /** How far one follower is behind. */
    private static final class Lag {
        private volatile long entries;
        private long round; // on the loop; in which it was told last
    }

    private final Metrics metrics;
    private final GenesisId genesis;
    private volatile long term;
    private volatile long commitIndex;
    private volatile long appliedIndex;
    private final Map<PeerId, Lag> lags = new TreeMap<>(); // on the loop; empty unless this peer leads
    private long round; // on the loop; of measuring

    GroupGauges(Metrics metrics, GenesisId genesis) {
        this.metrics = metrics;
        this.genesis = genesis;
        Scope scope = Scope.of(genesis);
        metrics.gauge(Metric.TERM, scope, () -> term);
        metrics.gauge(Metric.COMMIT_INDEX, scope, () -> commitIndex);
        metrics.gauge(Metric.APPLIED_INDEX, scope, () -> appliedIndex);
    }

    @Override
    public void indexes(long newTerm, long newCommitIndex, long newAppliedIndex) {
        round++;
        term = newTerm;
        commitIndex = newCommitIndex;
        appliedIndex = newAppliedIndex;
    }

    @Override
    public void lag(PeerId follower, long entries) {
        Lag lag = lags.get(follower);
        if (lag == null) {
            Lag made = new Lag();
            lag = made;
            lags.put(follower, lag);
            metrics.gauge(Metric.FOLLOWER_LAG, Scope.of(genesis, follower), () -> made.entries);
        }
        lag.entries = entries;
        lag.round = round;
    }

    @Override
    public void end() {
        for (Iterator<Map.Entry<PeerId, Lag>> all = lags.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<PeerId, Lag> each = all.next();
            if (each.getValue().round != round) {
                all.remove();
                metrics.remove(Scope.of(genesis, each.getKey()));
            }
        }
    }

    /** The group has closed. */
    void close() {
        metrics.remove(Scope.of(genesis));
    }
}
