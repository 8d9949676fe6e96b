package dev.flotilla.raft.core;

import java.time.Duration;

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
        long promotionLagEntries) {

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
    }

    /** T = 1 s, heartbeats each 100 ms, entries of up to 1 MiB. */
    public static RaftConfig defaults() {
        return new RaftConfig(
                Duration.ofSeconds(1).toNanos(),
                Duration.ofMillis(100).toNanos(),
                128 << 10,
                64,
                2 << 20,
                1 << 20,
                16 << 20,
                16 << 20,
                4 << 20,
                1_000,
                64);
    }

    /** The same with T = {@code timeout} and heartbeats each tenth of it. */
    public RaftConfig withElectionTimeout(Duration timeout) {
        return new RaftConfig(
                timeout.toNanos(),
                timeout.toNanos() / 10,
                appendBytesMax,
                windowMessagesMax,
                windowBytesMax,
                entryBytesMax,
                uncommittedBytesMax,
                unappliedBytesMax,
                cacheBytesMax,
                compactionTailEntries,
                promotionLagEntries);
    }

    /** The same with another bound on an entry's payload. */
    public RaftConfig withEntryBytesMax(int bytes) {
        return new RaftConfig(
                electionTimeoutNanos,
                heartbeatIntervalNanos,
                appendBytesMax,
                windowMessagesMax,
                windowBytesMax,
                bytes,
                Math.max(bytes, uncommittedBytesMax),
                Math.max(bytes, unappliedBytesMax),
                cacheBytesMax,
                compactionTailEntries,
                promotionLagEntries);
    }

    /** The same with other bounds on AppendEntries in flight to one peer. */
    public RaftConfig withWindow(int messages, int bytes) {
        return new RaftConfig(
                electionTimeoutNanos,
                heartbeatIntervalNanos,
                Math.min(appendBytesMax, bytes),
                messages,
                bytes,
                entryBytesMax,
                uncommittedBytesMax,
                unappliedBytesMax,
                cacheBytesMax,
                compactionTailEntries,
                promotionLagEntries);
    }

    /** The same with other bounds on what is kept of the log in memory and behind a snapshot. */
    public RaftConfig withLogKept(long cacheBytes, long tailEntries) {
        return new RaftConfig(
                electionTimeoutNanos,
                heartbeatIntervalNanos,
                appendBytesMax,
                windowMessagesMax,
                windowBytesMax,
                entryBytesMax,
                uncommittedBytesMax,
                unappliedBytesMax,
                cacheBytes,
                tailEntries,
                promotionLagEntries);
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
