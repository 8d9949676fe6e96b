package dev.flotilla.raft.sim;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.GroupSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A cluster of simulated peers, named {@code n1}, {@code n2} and so on, with groups of an application's own state
 * machine, under one virtual clock, network and disks. Nothing happens but in {@link #runFor} and {@link #runUntil}; the
 * same seed and the same calls give the same run. After every step of any peer what Raft promises is checked: what does
 * not hold is thrown as a {@link Violation}. For one thread.
 *
 * @param <R> what the state machine gives back for a command
 * @param <M> the state machine
 */
public final class SimCluster<R, M extends StateMachine<R>> {
    private final Environment environment;
    private final Chaos chaos;
    private final List<SimClusterGroup<R, M>> groups = new ArrayList<>();
    private long stormEndsNanos;

    SimCluster(Environment environment, Chaos chaos, int voters) {
        this.environment = environment;
        this.chaos = chaos;
        for (SimGroup group : environment.groups()) {
            group.life().found(voters, GroupSettings.DEFAULT, SimSettings.NOBODY);
            groups.add(new SimClusterGroup<>(group));
        }
        new Pulses(environment).start();
    }

    /** A cluster whose peers start with what {@code machines} makes, anew at each start. */
    public static <R, M extends StateMachine<R>> SimClusterBuilder<R, M> of(Supplier<M> machines) {
        return new SimClusterBuilder<>(machines);
    }

    // ---- who is there ----

    /** The names of all peers, running or not. */
    public List<String> peers() {
        return environment.nodes().stream().map(SimNode::name).toList();
    }

    /** The only group, or the first. */
    public SimClusterGroup<R, M> group() {
        return groups.get(0);
    }

    /** The {@code number}th group, from 1. */
    public SimClusterGroup<R, M> group(int number) {
        return groups.get(number - 1);
    }

    /** Whether the peer's process runs, with all the groups that it has. */
    public boolean isUp(String peer) {
        return !environment.isToRestart(node(peer));
    }

    private SimNode node(String peer) {
        return environment.nodes().stream()
                .filter(node -> node.name().equals(peer))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no peer " + peer + "; there are " + peers()));
    }

    // ---- time ----

    /** Since the cluster was made. */
    public Duration now() {
        return Duration.ofNanos(environment.schedule().nowNanos());
    }

    /** Lets so much time pass, with all that is due in it. */
    public void runFor(Duration time) {
        environment.runUntil(environment.schedule().nowNanos() + time.toNanos());
    }

    /**
     * Lets time pass until {@code condition} holds, looking each millisecond.
     *
     * @throws Violation if it does not within {@code patience}
     */
    public void runUntil(BooleanSupplier condition, Duration patience) {
        long end = environment.schedule().nowNanos() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            Violation.unless(environment.schedule().nowNanos() < end, "waited %d ms in vain", patience.toMillis());
            runFor(Duration.ofMillis(1));
        }
    }

    // ---- processes ----

    /** Kills the peer's process. Of the writes under way the oldest may survive. */
    public void crash(String peer) {
        if (node(peer).isUp()) {
            environment.crash(node(peer));
        }
    }

    /** Starts the peer's process again, from its disk, on which there is room again. */
    public void restart(String peer) {
        if (environment.isToRestart(node(peer))) {
            environment.restart(node(peer));
        }
    }

    /** The peer loses its disk and goes on with an empty one: to its groups it is somebody new. */
    public void wipe(String peer) {
        environment.wipe(node(peer));
    }

    /**
     * From now on there is no room on the peer's disk: with the next write that is refused its groups end there, and until
     * {@link #restart} it acknowledges nothing.
     */
    public void fillDisk(String peer) {
        node(peer).fillDisk();
    }

    /** The peer's process ends and starts with newer software than {@link SimClusterBuilder#config} gave it. */
    public void upgrade(String peer, int featureLevel) {
        int present = node(peer).featureLevel();
        if (featureLevel < present) {
            throw new IllegalArgumentException(
                    peer + " is at feature level " + present + ", not below " + featureLevel);
        }
        environment.upgrade(node(peer), featureLevel);
        environment.restart(node(peer));
    }

    /** From now on the peer's disk is so many times as slow. */
    public void slowDisk(String peer, int factor) {
        node(peer).diskSlowness(factor);
    }

    /** From now on the peer's clock gains {@code ppm} microseconds a second; loses, if negative. */
    public void skewClock(String peer, int ppm) {
        environment.skew(node(peer), ppm);
    }

    /** The peer's monotonic clock jumps forward, as after a sleep of its machine. */
    public void jumpClock(String peer, Duration forward) {
        environment.jump(node(peer), forward.toNanos());
    }

    /** Somebody sets the peer's wall clock, which is right at first, to be {@code offset} ahead, or behind. */
    public void setWallClock(String peer, Duration offset) {
        node(peer).clock().setWall(offset.toMillis());
    }

    // ---- network ----

    /** Cuts the peer off from all others, in both directions. */
    public void disconnect(String peer) {
        partition(peer);
    }

    /** Undoes every cut to and from the peer. */
    public void reconnect(String peer) {
        for (SimNode other : environment.nodes()) {
            environment.network().unblock(node(peer), other);
            environment.network().unblock(other, node(peer));
        }
    }

    /** Cuts these peers off from all others, in both directions; earlier cuts stay. */
    public void partition(String... side) {
        Set<SimNode> cut = new LinkedHashSet<>();
        Arrays.stream(side).forEach(peer -> cut.add(node(peer)));
        environment.network().partition(cut);
    }

    /** Nothing that {@code from} sends reaches {@code to}; the other direction works. */
    public void oneWayCut(String from, String to) {
        environment.network().block(node(from), node(to));
    }

    /** Undoes every cut. */
    public void heal() {
        environment.network().heal();
    }

    // ---- everything at once ----

    /**
     * Lets things go wrong by chance for a while: crashes and restarts, partitions, reconnects, snapshots, transfers,
     * slow disks and clocks, once in {@code pause} in the mean. Membership stays as it is. Lets that time pass.
     */
    public void storm(Duration time, Duration pause) {
        stormEndsNanos = environment.schedule().nowNanos() + time.toNanos();
        planStrike(pause.toNanos());
        runFor(time);
    }

    private void planStrike(long pauseNanos) {
        environment.schedule().after(environment.random().nextLong(2 * pauseNanos), () -> {
            if (environment.schedule().nowNanos() < stormEndsNanos) {
                chaos.strike();
                planStrike(pauseNanos);
            }
        });
    }

    /** Everything works again: cuts and losses end, disks and clocks are right, and whoever is down restarts. */
    public void calm() {
        environment.calm();
    }

    /** How often each rare thing happened so far. */
    public Tally tally() {
        return environment.tally();
    }

    /** All groups, the first one first. */
    public List<SimClusterGroup<R, M>> groups() {
        return Collections.unmodifiableList(groups);
    }
}
