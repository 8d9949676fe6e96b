package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.GroupSettings;
import java.io.PrintStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a {@link SimCluster} is to be like. Without more words: three peers, all voters of one group, on a network that works. */
public final class SimClusterBuilder<R, M extends StateMachine<R>> {
    private static final int PEERS_MAX = 9;

    private final Supplier<M> machines;
    private int peers = 3;
    private int voters;
    private int groups = 1;
    private long seed = 1;
    private double loss;
    private double duplication;
    private boolean reordering;
    private Duration delayMax = Duration.ofMillis(10);
    private Duration diskMax = Duration.ofMillis(5);
    private Duration requestTimeout = Duration.ofSeconds(10);
    private RaftConfig config =
            RaftConfig.defaults().withElectionTimeout(Duration.ofNanos(SimSettings.ELECTION_TIMEOUT_NANOS));
    private @Nullable PrintStream trace;

    SimClusterBuilder(Supplier<M> machines) {
        this.machines = machines;
    }

    /** How many peers, 1 to 9. */
    public SimClusterBuilder<R, M> peers(int count) {
        if (count < 1 || count > PEERS_MAX) {
            throw new IllegalArgumentException("a simulated cluster has 1 to " + PEERS_MAX + " peers, not " + count);
        }
        peers = count;
        return this;
    }

    /** How many of the peers found each group; the others may come in later. All, if not said. */
    public SimClusterBuilder<R, M> voters(int count) {
        voters = count;
        return this;
    }

    /** How many groups the peers have, each with state machines of its own. */
    public SimClusterBuilder<R, M> groups(int count) {
        groups = count;
        return this;
    }

    /** Decides everything that is left to chance. */
    public SimClusterBuilder<R, M> seed(long number) {
        seed = number;
        return this;
    }

    /** The share of messages that vanish, and of those that arrive twice. */
    public SimClusterBuilder<R, M> unreliable(double lost, double doubled) {
        loss = lost;
        duplication = doubled;
        return this;
    }

    /** The longest that a message takes, and whether messages overtake each other. */
    public SimClusterBuilder<R, M> delay(Duration max, boolean overtaking) {
        delayMax = max;
        reordering = overtaking;
        return this;
    }

    /** The longest that a write takes. */
    public SimClusterBuilder<R, M> disk(Duration max) {
        diskMax = max;
        return this;
    }

    /** When a write ends as unknown and a read as unavailable. */
    public SimClusterBuilder<R, M> requestTimeout(Duration timeout) {
        requestTimeout = timeout;
        return this;
    }

    /** The protocol's settings. */
    public SimClusterBuilder<R, M> config(RaftConfig settings) {
        config = settings;
        return this;
    }

    /** Who is told everything that happens, in prose. */
    public SimClusterBuilder<R, M> trace(PrintStream out) {
        trace = out;
        return this;
    }

    /** The cluster, whose founders have started. */
    public SimCluster<R, M> build() {
        int founders = voters == 0 ? peers : voters;
        if (founders > peers || founders < 0 || groups < 1) {
            throw new IllegalArgumentException(
                    peers + " peers cannot have " + groups + " groups of " + founders + " voters");
        }
        SimSettings settings = settings(founders);
        Environment environment = new Environment(peers, settings, new Chance(seed), trace);
        for (int i = 0; i < groups; i++) {
            new SimGroup(environment, config, requestTimeout, machines);
        }
        return new SimCluster<>(environment, new Chaos(environment, settings), founders);
    }

    private SimSettings settings(int founders) {
        Map<Fault, Integer> storm = new EnumMap<>(Fault.class);
        for (Fault fault : Fault.values()) {
            storm.put(fault, fault.changesMembers() ? 0 : fault.weightMax());
        }
        return new SimSettings(
                groups,
                founders,
                peers - founders,
                loss,
                duplication,
                reordering,
                delayMax.toNanos(),
                0,
                diskMax.toNanos(),
                0,
                0,
                0,
                requestTimeout,
                0,
                storm,
                config,
                GroupSettings.DEFAULT,
                null,
                config.featureLevel(),
                SimSettings.NOBODY);
    }
}
