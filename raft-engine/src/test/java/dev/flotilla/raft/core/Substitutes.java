package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.raft.message.RaftMessage.HeartbeatReply;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * What deliberate faults do in place of what the core does. Lies in the core's package to see what the core sees; it is
 * called by rewritten bytecode alone, with the operands of what it stands for.
 */
final class Substitutes {
    private Substitutes() {}

    static long first(long one, long other) {
        return one;
    }

    static long second(long one, long other) {
        return other;
    }

    static long oneMore(long one, long other) {
        return one - other + 1;
    }

    // ---- quorums ----

    /** So that the majority of 2n is n. */
    static int halfRoundedUpLessOne(int voters, int two) {
        return (voters + 1) / two - 1;
    }

    /** So that the majority of n is n/2, but one at least. */
    static int halfLessOne(int voters, int two) {
        return Math.max(1, voters / two) - 1;
    }

    static boolean everybody(Member member) {
        return true;
    }

    // ---- durability ----

    static long lastIndex(Group group) {
        return group.log.lastIndex();
    }

    // ---- replication ----

    static long lastIndex(AppendEntries request, Group group) {
        return group.log.lastIndex();
    }

    static @Nullable Progress sentIsMatched(@Nullable Progress peer) {
        if (peer != null) {
            peer.matched(peer.nextIndex() - 1, peer.lastContactNanos);
        }
        return peer;
    }

    static long sentIsMatched(AppendAccepted reply, Group group) {
        return group.log.lastIndex();
    }

    static boolean reaches(RaftLog log, EntryId entry) {
        return entry.index() <= log.lastIndex();
    }

    static long oneMore(SnapshotMeta snapshot) {
        return snapshot.index() + 1;
    }

    // ---- reads ----

    static long newestRound(HeartbeatReply reply, Leading leading) {
        return leading.office().round;
    }

    // ---- membership ----

    static RaftLog.Configured committedOnly(RaftLog log, Group group) {
        return log.configuredAt(group.commitIndex());
    }

    static boolean ofAnyStore(Configuration configuration, PeerId peer, StoreId storeId) {
        return configuration.member(peer).isPresent();
    }

    static boolean isAny(StoreId expected, @Nullable Object other) {
        return other != null;
    }
}
