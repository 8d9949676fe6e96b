package dev.flotilla.raft.core;

import dev.flotilla.raft.message.FeatureLevel;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The settings of one group's protocol. Times in nanoseconds.
 *
 * @param electionTimeoutNanos T: a follower that hears nothing for a random time in [T, 2T) campaigns; a leader that
 *     does not reach its quorum for T steps down
 * @param heartbeatIntervalNanos between two heartbeats; at most a third of T
 * @param appendBytesMax of entries in one AppendEntries; a single larger entry travels alone
 * @param windowMessagesMax AppendEntries to one peer without an answer
 * @param windowBytesMax bytes of entries to one peer without an answer; at least {@code appendBytesMax}
 * @param entryBytesMax the largest payload of an entry
 * @param uncommittedBytesMax of entries that a leader has appended and not committed; over it proposals are refused
 * @param unappliedBytesMax of entries that are committed and not applied; over it proposals are refused
 * @param cacheBytesMax of the newest entries kept in memory; older ones are read back from the log
 * @param compactionTailEntries how many entries stay in the log behind a snapshot, for slow followers
 * @param promotionLagEntries how far a promotable learner may be behind when it is made a voter
 * @param quietAfterNanos after how long without anything to do the leader asks the group to fall silent; {@link #NEVER},
 *     with which a follower also refuses to
 * @param demotionAfterNanos how long a voter must be away until the leader makes it a promotable learner; at least 10 T,
 *     or 0 for never
 * @param demotionVotersMin how many voters stay at least when one is demoted for its absence
 * @param handoverAfterNanos for how long a voter of a higher priority than the leader's must have been fit to lead until
 *     the leader hands over to it; at least T, or 0 for never
 * @param featureLevel the newest {@link FeatureLevel} that this peer admits to; less than the newest holds the whole group
 *     back, so that it can be rolled back to older software
 */
public record RaftConfig(
        long electionTimeoutNanos,
        long heartbeatIntervalNanos,
        int appendBytesMax,
        int windowMessagesMax,
        int windowBytesMax,
        int entryBytesMax,
        long uncommittedBytesMax,
        long unappliedBytesMax,
        long cacheBytesMax,
        long compactionTailEntries,
        long promotionLagEntries,
        long quietAfterNanos,
        long demotionAfterNanos,
        int demotionVotersMin,
        long handoverAfterNanos,
        int featureLevel) {
    private static final long HANDOVER_AFTER_NANOS_MAX = Duration.ofDays(1).toNanos();

    /** The group is never quiet. */
    public static final long NEVER = Long.MAX_VALUE;

    public RaftConfig {
        requirePositive("electionTimeoutNanos", electionTimeoutNanos);
        requirePositive("heartbeatIntervalNanos", heartbeatIntervalNanos);
        requirePositive("appendBytesMax", appendBytesMax);
        requirePositive("windowMessagesMax", windowMessagesMax);
        requirePositive("entryBytesMax", entryBytesMax);
        requirePositive("cacheBytesMax", cacheBytesMax);
        requireAtMost(
                "heartbeatIntervalNanos", heartbeatIntervalNanos, "electionTimeoutNanos / 3", electionTimeoutNanos / 3);
        requireAtMost("appendBytesMax", appendBytesMax, "windowBytesMax", windowBytesMax);
        requireAtMost("entryBytesMax", entryBytesMax, "uncommittedBytesMax", uncommittedBytesMax);
        requireAtMost("entryBytesMax", entryBytesMax, "unappliedBytesMax", unappliedBytesMax);
        requireAtMost("0", 0, "compactionTailEntries", compactionTailEntries);
        requireAtMost("0", 0, "promotionLagEntries", promotionLagEntries);
        requireAtMost("heartbeatIntervalNanos", heartbeatIntervalNanos, "quietAfterNanos", quietAfterNanos);
        requireAtMost("0", 0, "demotionAfterNanos", demotionAfterNanos);
        if (demotionAfterNanos > 0) {
            requireAtMost(
                    "10 * electionTimeoutNanos", 10 * electionTimeoutNanos, "demotionAfterNanos", demotionAfterNanos);
        }
        requirePositive("demotionVotersMin", demotionVotersMin);
        if (handoverAfterNanos != 0) {
            requireAtMost("electionTimeoutNanos", electionTimeoutNanos, "handoverAfterNanos", handoverAfterNanos);
            requireAtMost("handoverAfterNanos", handoverAfterNanos, "one day", HANDOVER_AFTER_NANOS_MAX);
        }
        requirePositive("featureLevel", featureLevel);
        requireAtMost("featureLevel", featureLevel, "the newest", FeatureLevel.NEWEST);
    }

    /** T = 1 s, heartbeats each 100 ms, entries of up to 1 MiB. */
    public static RaftConfig defaults() {
        return new Draft().finished();
    }

    /** The same with T = {@code timeout}, heartbeats each tenth of it and handovers, unless off, after ten times it. */
    public RaftConfig withElectionTimeout(Duration timeout) {
        return with(draft -> {
            draft.electionTimeoutNanos = timeout.toNanos();
            draft.heartbeatIntervalNanos = timeout.toNanos() / 10;
            draft.handoverAfterNanos = handoverAfterNanos == 0 ? 0 : timeout.toNanos() * 10;
        });
    }

    /** The same with another time between two heartbeats. */
    public RaftConfig withHeartbeatInterval(Duration interval) {
        return with(draft -> draft.heartbeatIntervalNanos = interval.toNanos());
    }

    /** The same with another bound on an entry's payload. */
    public RaftConfig withEntryBytesMax(int bytes) {
        return with(draft -> {
            draft.entryBytesMax = bytes;
            draft.uncommittedBytesMax = Math.max(bytes, uncommittedBytesMax);
            draft.unappliedBytesMax = Math.max(bytes, unappliedBytesMax);
        });
    }

    /** The same with another bound on the entries of one AppendEntries. */
    public RaftConfig withAppendBytesMax(int bytes) {
        return with(draft -> {
            draft.appendBytesMax = bytes;
            draft.windowBytesMax = Math.max(bytes, windowBytesMax);
        });
    }

    /** The same with other bounds on AppendEntries in flight to one peer. */
    public RaftConfig withWindow(int messages, int bytes) {
        return with(draft -> {
            draft.appendBytesMax = Math.min(appendBytesMax, bytes);
            draft.windowMessagesMax = messages;
            draft.windowBytesMax = bytes;
        });
    }

    /** The same with other bounds on entries that wait to be committed, and on those that wait to be applied. */
    public RaftConfig withBacklog(long uncommittedBytes, long unappliedBytes) {
        return with(draft -> {
            draft.uncommittedBytesMax = uncommittedBytes;
            draft.unappliedBytesMax = unappliedBytes;
        });
    }

    /** The same with other bounds on what is kept of the log in memory and behind a snapshot. */
    public RaftConfig withLogKept(long cacheBytes, long tailEntries) {
        return with(draft -> {
            draft.cacheBytesMax = cacheBytes;
            draft.compactionTailEntries = tailEntries;
        });
    }

    /** The same with another lag at which a promotable learner is made a voter. */
    public RaftConfig withPromotionLag(long entries) {
        return with(draft -> draft.promotionLagEntries = entries);
    }

    /** The same with another time without anything to do after which the group falls silent. */
    public RaftConfig withQuietAfter(Duration idle) {
        return with(draft -> draft.quietAfterNanos = idle.toNanos());
    }

    /** The same, never quiet. */
    public RaftConfig withoutQuiet() {
        return with(draft -> draft.quietAfterNanos = NEVER);
    }

    /**
     * The same with the demotion of voters that are away for long: after {@code away}, at least 10 T, unless fewer than
     * {@code votersMin} voters would be left.
     */
    public RaftConfig withDemotion(Duration away, int votersMin) {
        return with(draft -> {
            draft.demotionAfterNanos = away.toNanos();
            draft.demotionVotersMin = votersMin;
        });
    }

    /**
     * The same with another time for which a voter of a higher priority must have been fit to lead until the leader hands
     * over to it: at least T; {@link Duration#ZERO} for never.
     */
    public RaftConfig withHandoverAfter(Duration fit) {
        return with(draft -> draft.handoverAfterNanos = fit.toNanos());
    }

    /** The same with another feature level that this peer admits to. */
    public RaftConfig withFeatureLevel(int level) {
        return with(draft -> draft.featureLevel = level);
    }

    private RaftConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** The settings while they are being changed: a setting is named here once, with its default, and copied once. */
    private static final class Draft {
        private long electionTimeoutNanos = Duration.ofSeconds(1).toNanos();
        private long heartbeatIntervalNanos = Duration.ofMillis(100).toNanos();
        private int appendBytesMax = 128 << 10;
        private int windowMessagesMax = 64;
        private int windowBytesMax = 2 << 20;
        private int entryBytesMax = 1 << 20;
        private long uncommittedBytesMax = 16 << 20;
        private long unappliedBytesMax = 16 << 20;
        private long cacheBytesMax = 4 << 20;
        private long compactionTailEntries = 1_000;
        private long promotionLagEntries = 64;
        private long quietAfterNanos = Duration.ofSeconds(10).toNanos();
        private long demotionAfterNanos = 0;
        private int demotionVotersMin = 3;
        private long handoverAfterNanos = Duration.ofSeconds(10).toNanos();
        private int featureLevel = FeatureLevel.NEWEST;

        Draft() {}

        Draft(RaftConfig from) {
            electionTimeoutNanos = from.electionTimeoutNanos;
            heartbeatIntervalNanos = from.heartbeatIntervalNanos;
            appendBytesMax = from.appendBytesMax;
            windowMessagesMax = from.windowMessagesMax;
            windowBytesMax = from.windowBytesMax;
            entryBytesMax = from.entryBytesMax;
            uncommittedBytesMax = from.uncommittedBytesMax;
            unappliedBytesMax = from.unappliedBytesMax;
            cacheBytesMax = from.cacheBytesMax;
            compactionTailEntries = from.compactionTailEntries;
            promotionLagEntries = from.promotionLagEntries;
            quietAfterNanos = from.quietAfterNanos;
            demotionAfterNanos = from.demotionAfterNanos;
            demotionVotersMin = from.demotionVotersMin;
            handoverAfterNanos = from.handoverAfterNanos;
            featureLevel = from.featureLevel;
        }

        RaftConfig finished() {
            return new RaftConfig(
                    electionTimeoutNanos,
                    heartbeatIntervalNanos,
                    appendBytesMax,
                    windowMessagesMax,
                    windowBytesMax,
                    entryBytesMax,
                    uncommittedBytesMax,
                    unappliedBytesMax,
                    cacheBytesMax,
                    compactionTailEntries,
                    promotionLagEntries,
                    quietAfterNanos,
                    demotionAfterNanos,
                    demotionVotersMin,
                    handoverAfterNanos,
                    featureLevel);
        }
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    private static void requireAtMost(String name, long value, String maxName, long max) {
        if (value > max) {
            throw new IllegalArgumentException(name + " " + value + " must be at most " + maxName + " " + max);
        }
    }
}
