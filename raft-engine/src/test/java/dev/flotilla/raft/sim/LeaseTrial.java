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
 * Plans that put leases to the test. A promise matters in the short time in which its leader cannot be heard any more but
 * has not noticed yet, while another peer stands: among faults of all kinds something else ends the lease before. So in
 * these runs the leader loses somebody first; when that one has stood in vain for a while, more happens at once: those who
 * keep the leader in office start again, or cannot be reached. Then everything heals, and it begins anew.
 */
final class LeaseTrial {
    private static final long TIMEOUT_NANOS = SimSettings.ELECTION_TIMEOUT_NANOS;

    private static final List<Fault> BLOWS = List.of(
            Fault.REBOOT,
            Fault.REBOOT,
            Fault.REBOOT,
            Fault.REBOOT,
            Fault.DISCONNECT,
            Fault.PARTIAL_PARTITION,
            Fault.ONE_WAY_PARTITION,
            Fault.SKEW_CLOCK);

    private static final List<Class<? extends RaftMessage>> KINDS_LATE =
            List.of(RaftMessage.PreVoteReply.class, RaftMessage.RequestVote.class, RaftMessage.HeartbeatReply.class);

    private LeaseTrial() {}

    static SimSettings settings(RandomGenerator random) {
        return new SimSettings(
                1,
                pick(random, 3, 3, 3, 4, 5),
                0,
                pick(random, 0, 0, 5) / 100.0,
                pick(random, 0, 0, 5) / 100.0,
                random.nextBoolean(),
                pick(random, 5, 30, 150) * MILLI,
                pick(random, 0, 0, 5) / 100.0,
                pick(random, 1, 5, 40) * MILLI,
                0,
                (15 + random.nextInt(10)) * TIMEOUT_NANOS,
                pick(random, 1000, 3000) * MILLI,
                Duration.ofSeconds(2),
                pick(random, 50, 150) * MILLI,
                Map.of(),
                SimSettings.config(random),
                GroupSettings.DEFAULT.withLeaseReads(
                        Duration.ofMillis(pick(random, 500, 1000, 1000, 1500)), SimSettings.CLOCK_DRIFT_PERMILLE_MAX),
                random.nextInt(3) == 0 ? KINDS_LATE.get(random.nextInt(KINDS_LATE.size())) : null,
                FeatureLevel.NEWEST,
                SimSettings.NOBODY);
    }

    static List<Plan.Event> faults(RandomGenerator random, SimSettings settings) {
        List<Plan.Event> events = new ArrayList<>();
        long at = 2 * TIMEOUT_NANOS;
        while (at < settings.chaosNanos()) {
            at = scene(random, settings, at, events) + random.nextLong(2 * TIMEOUT_NANOS);
        }
        return events;
    }

    /** Returns when it ends. */
    private static long scene(RandomGenerator random, SimSettings settings, long beginNanos, List<Plan.Event> events) {
        for (int cuts = pick(random, 1, 1, 2); cuts > 0; cuts--) {
            events.add(event(beginNanos, Fault.PARTIAL_PARTITION, random));
        }
        long at = beginNanos + 2 * TIMEOUT_NANOS + random.nextLong(2 * TIMEOUT_NANOS);
        for (int blows = pick(random, 1, 1, 2, 3); blows > 0; blows--) {
            events.add(event(at, BLOWS.get(random.nextInt(BLOWS.size())), random));
            at += random.nextLong(2 * settings.faultNanos());
        }
        at += TIMEOUT_NANOS + random.nextLong(TIMEOUT_NANOS);
        events.add(event(at, Fault.HEAL, random));
        return at;
    }

    private static Plan.Event event(long atNanos, Fault fault, RandomGenerator random) {
        return new Plan.Event(atNanos, fault, 0, random.nextLong());
    }
}
