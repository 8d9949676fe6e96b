package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;
import static dev.flotilla.raft.sim.SimSettings.pick;

import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.RaftMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Plans in which one peer loses what was durable: its disk lied about the last rounds, or an older copy of its data
 * directory is put back. Where the leader stays it must notice; where the leader is lost at the same time nobody can, and
 * {@link Promises} says what still holds. In some runs heartbeats are late: they come to a peer that has lost since what
 * they say of it.
 */
final class ForgetfulTrial {
    private static final long TIMEOUT_NANOS = SimSettings.ELECTION_TIMEOUT_NANOS;

    private static final List<Fault> LOSSES = List.of(Fault.LIE, Fault.LIE, Fault.ROLL_BACK);
    private static final List<Fault> BLOWS = List.of(
            Fault.DISCONNECT,
            Fault.DISCONNECT,
            Fault.CRASH_LEADER,
            Fault.REBOOT,
            Fault.PARTIAL_PARTITION,
            Fault.ONE_WAY_PARTITION,
            Fault.SNAPSHOT,
            Fault.TRANSFER);

    private ForgetfulTrial() {}

    static SimSettings settings(RandomGenerator random) {
        int voters = pick(random, 3, 3, 3, 4, 4, 5, 6);
        return new SimSettings(
                1,
                voters,
                0,
                pick(random, 0, 0, 5) / 100.0,
                pick(random, 0, 0, 5) / 100.0,
                random.nextBoolean(),
                pick(random, 5, 30, 150) * MILLI,
                pick(random, 0, 0, 5) / 100.0,
                pick(random, 1, 5, 40) * MILLI,
                0,
                (10 + random.nextInt(10)) * TIMEOUT_NANOS,
                pick(random, 30, 100, 300) * MILLI,
                Duration.ofSeconds(2),
                pick(random, 20, 150) * MILLI,
                Map.of(),
                SimSettings.config(random),
                GroupSettings.DEFAULT,
                random.nextInt(3) == 0 ? RaftMessage.Heartbeat.class : null,
                FeatureLevel.NEWEST,
                random.nextInt(voters));
    }

    static List<Plan.Event> faults(RandomGenerator random, SimSettings settings) {
        List<Plan.Event> events = new ArrayList<>();
        long at = 2 * TIMEOUT_NANOS;
        while (at < settings.chaosNanos()) {
            at = scene(random, settings, at, events) + random.nextLong(2 * TIMEOUT_NANOS);
        }
        events.removeIf(event -> event.atNanos() >= settings.chaosNanos());
        return events;
    }

    /** Returns when it ends. */
    private static long scene(RandomGenerator random, SimSettings settings, long beginNanos, List<Plan.Event> events) {
        for (int cuts = pick(random, 0, 1, 1); cuts > 0; cuts--) {
            events.add(event(beginNanos, Fault.PARTIAL_PARTITION, random));
        }
        long at = beginNanos + random.nextLong(2 * TIMEOUT_NANOS);
        int blows = pick(random, 0, 0, 1, 1, 2);
        int lossAt = random.nextInt(blows + 1);
        for (int i = 0; i <= blows; i++) {
            List<Fault> faults = i == lossAt ? LOSSES : BLOWS;
            events.add(event(at, faults.get(random.nextInt(faults.size())), random));
            at += random.nextLong(2 * settings.faultNanos());
        }
        at += TIMEOUT_NANOS + random.nextLong(2 * TIMEOUT_NANOS);
        events.add(event(at, Fault.HEAL, random));
        events.add(event(at, Fault.RESTART, random));
        return at;
    }

    private static Plan.Event event(long atNanos, Fault fault, RandomGenerator random) {
        return new Plan.Event(atNanos, fault, 0, random.nextLong());
    }
}
