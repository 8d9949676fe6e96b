package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.session.SessionTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a seed's run is like. Each seed draws its own kinds and rates of faults (swarm testing): a fault that is always
 * there hides what happens without it.
 *
 * @param groups beside each other on the same nodes
 * @param voters that found the group
 * @param spares peers that may come in later
 * @param loss share of messages that vanish
 * @param duplication share of messages that arrive twice
 * @param reordering whether messages of one lane overtake each other
 * @param delayNanosMax the slowest message, but for stragglers
 * @param straggling share of messages that take up to three election time-outs
 * @param diskNanosMax the slowest write
 * @param crashAtWrite share of writes in the midst of which the peer crashes
 * @param chaosNanos how long faults go on
 * @param clientNanos mean time between two requests
 * @param requestTimeout until a caller's request ends unanswered
 * @param faultNanos mean time between two faults
 * @param faults how likely each is
 * @param agreed what the founders agree on
 * @param kindLate messages of that kind are late again and again; null for none
 * @param oldestLevel the lowest feature level of software that nodes begin with
 * @param forgetful the number of the node that may lose what was durable; {@link #NOBODY} for none
 */
record SimSettings(
        int groups,
        int voters,
        int spares,
        double loss,
        double duplication,
        boolean reordering,
        long delayNanosMax,
        double straggling,
        long diskNanosMax,
        double crashAtWrite,
        long chaosNanos,
        long clientNanos,
        Duration requestTimeout,
        long faultNanos,
        Map<Fault, Integer> faults,
        RaftConfig config,
        GroupSettings agreed,
        @Nullable Class<? extends RaftMessage> kindLate,
        int oldestLevel,
        int forgetful) {
    /** No node. */
    static final int NOBODY = -1;

    static final long ELECTION_TIMEOUT_NANOS = 1000 * MILLI;

    /** Few, so that sessions expire. */
    static final SessionTable.Bounds SESSIONS = new SessionTable.Bounds(4, 8, 24);

    /** By how much a clock may run too slow or too fast, in thousandths. */
    static final int CLOCK_DRIFT_PERMILLE_MAX = 50;

    /** By how much a clock may run too slow, as a share. */
    static final double CLOCK_SLOWNESS_MAX = CLOCK_DRIFT_PERMILLE_MAX / 1000.0;

    private static final int GROUPS_SELDOM = 16;
    private static final int MANY_SELDOM = 24;
    private static final int OLD_SOFTWARE_SELDOM = 8;
    private static final int FEW = 5;
    private static final int PEERS_FEW = 8;
    private static final int PEERS_MAX = 9;

    private static final List<Class<? extends RaftMessage>> KINDS_LATE = List.of(
            RaftMessage.TimeoutNow.class,
            RaftMessage.TimeoutNow.class,
            RaftMessage.RequestVote.class,
            RaftMessage.VoteReply.class,
            RaftMessage.VoteReply.class,
            RaftMessage.PreVoteReply.class,
            RaftMessage.AppendEntries.class,
            RaftMessage.AppendAccepted.class,
            RaftMessage.Heartbeat.class,
            RaftMessage.HeartbeatReply.class,
            RaftMessage.InstallSnapshotReply.class,
            RaftMessage.Forward.class);

    /** The same in words. */
    String text() {
        return groups + (groups == 1 ? " group of " : " groups of ") + voters + " voters, " + spares
                + " more may come in; lease " + MessageText.of(agreed) + "; a message takes up to "
                + delayNanosMax / MILLI
                + " ms, " + 100 * loss + " % are lost, " + 100 * duplication + " % doubled, " + 100 * straggling
                + " % very late" + (reordering ? ", overtaking each other" : "")
                + (kindLate == null ? "" : ", " + kindLate.getSimpleName() + " late again and again")
                + "; a write takes up to "
                + diskNanosMax / MILLI + " ms, " + 1000 * crashAtWrite + " of 1000 crash; software from feature level "
                + oldestLevel + " on; " + config;
    }

    /** How many ways {@link #simpler} knows. */
    static final int SIMPLIFICATIONS = 8;

    /** Each fault as often as it is likely. */
    List<Fault> faultsByWeight() {
        List<Fault> all = new ArrayList<>();
        faults.forEach((fault, weight) -> all.addAll(Collections.nCopies(weight, fault)));
        return all;
    }

    /** The same with less trouble of one kind. */
    SimSettings simpler(int way) {
        return new SimSettings(
                way == 0 ? 1 : groups,
                voters,
                spares,
                way == 1 ? 0 : loss,
                way == 2 ? 0 : duplication,
                way != 3 && reordering,
                delayNanosMax,
                way == 4 ? 0 : straggling,
                diskNanosMax,
                way == 5 ? 0 : crashAtWrite,
                chaosNanos,
                clientNanos,
                requestTimeout,
                faultNanos,
                faults,
                config,
                agreed,
                way == 6 ? null : kindLate,
                way == 7 ? FeatureLevel.NEWEST : oldestLevel,
                forgetful);
    }

    static SimSettings draw(RandomGenerator random) {
        Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
        for (Fault fault : Fault.values()) {
            boolean isOut = fault.weightMax() == 0 || random.nextInt(3) == 0;
            faults.put(fault, isOut ? 0 : 1 + random.nextInt(fault.weightMax()));
        }
        boolean mayLease = random.nextInt(4) == 0;
        faults.put(mayLease ? Fault.JUMP_CLOCK : Fault.AGREE, 0); // a jump is a drift beyond any bound
        boolean idles = random.nextInt(3) == 0;
        int voters = random.nextInt(MANY_SELDOM) == 0 ? random.nextInt(FEW + 1, PEERS_MAX + 1) : few(random);
        int others = (voters > FEW ? PEERS_MAX : PEERS_FEW - 1) - voters;
        int oldest = random.nextInt(OLD_SOFTWARE_SELDOM) == 0
                ? random.nextInt(FeatureLevel.FIRST, FeatureLevel.NEWEST)
                : FeatureLevel.NEWEST;
        faults.computeIfPresent(Fault.UPGRADE, (fault, weight) -> oldest < FeatureLevel.NEWEST ? weight : 0);
        return new SimSettings(
                random.nextInt(GROUPS_SELDOM) == 0 ? 2 : 1,
                voters,
                random.nextInt(Math.min(4, 1 + others)),
                pick(random, 0, 0, 1, 5, 20) / 100.0,
                pick(random, 0, 0, 2, 20) / 100.0,
                random.nextBoolean(),
                pick(random, 2, 10, 50, 300) * MILLI,
                pick(random, 0, 0, 0, 1, 10) / 100.0,
                pick(random, 1, 5, 40, 200) * MILLI,
                pick(random, 0, 0, 2, 10) / 1000.0,
                (6 + random.nextInt(10)) * ELECTION_TIMEOUT_NANOS,
                (idles ? pick(random, 500, 1500, 4000) : pick(random, 20, 60, 200)) * MILLI,
                Duration.ofMillis(pick(random, 300, 2_000, 10_000)),
                pick(random, 150, 400, 1000) * MILLI,
                faults,
                idles ? config(random).withQuietAfter(Duration.ofMillis(pick(random, 200, 1000))) : config(random),
                mayLease ? lease(random) : GroupSettings.DEFAULT,
                random.nextBoolean() ? null : KINDS_LATE.get(random.nextInt(KINDS_LATE.size())),
                oldest,
                NOBODY);
    }

    private static int few(RandomGenerator random) {
        return pick(random, 1, 2, 3, 3, 3, 3, 4, 5, 5);
    }

    /** What members may agree on about lease reads: shorter and longer than an election time-out, or none. */
    static GroupSettings lease(RandomGenerator random) {
        int millis = pick(random, 0, 300, 700, 1000, 1000, 1500, 3000);
        return millis == 0
                ? GroupSettings.DEFAULT
                : GroupSettings.DEFAULT.withLeaseReads(Duration.ofMillis(millis), CLOCK_DRIFT_PERMILLE_MAX);
    }

    /** Whether lease reads are agreed on at some time, or may be. */
    boolean mayLease() {
        return agreed.hasLeaseReads() || faults.getOrDefault(Fault.AGREE, 0) > 0;
    }

    static RaftConfig config(RandomGenerator random) {
        boolean narrow = random.nextBoolean();
        return RaftConfig.defaults()
                .withoutQuiet()
                .withElectionTimeout(Duration.ofNanos(ELECTION_TIMEOUT_NANOS))
                .withHeartbeatInterval(Duration.ofNanos(ELECTION_TIMEOUT_NANOS / 5))
                .withAppendBytesMax(narrow ? 100 : 4000)
                .withWindow(narrow ? 1 + random.nextInt(4) : 64, narrow ? 200 : 100_000)
                .withEntryBytesMax(500)
                .withBacklog(random.nextInt(4) == 0 ? 600 : 100_000, random.nextInt(4) == 0 ? 600 : 100_000)
                .withLogKept(random.nextBoolean() ? 100 : 100_000, pick(random, 0, 2, 10))
                .withHandoverAfter(Duration.ofNanos((1 + random.nextInt(3)) * ELECTION_TIMEOUT_NANOS))
                .withPromotionLag(pick(random, 0, 5, 64));
    }

    static int pick(RandomGenerator random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
