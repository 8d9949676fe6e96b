package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Result;

/**
 * The rounds of heartbeats of a leader (paper §5.2), and what their answers confirm: that it leads still (thesis §6.2),
 * its reads (thesis §6.4) and its lease (thesis §6.4.1).
 */
final class Heartbeats {
    private final Group group;
    private final Replication replication;
    private final ReadIndex reads;

    Heartbeats(Group group, Replication replication) {
        this.group = group;
        this.replication = replication;
        this.reads = new ReadIndex(group);
    }

    /** To everybody, with the next round's number. */
    void startRound(Leadership office) {
        office.round++;
        office.scheduleHeartbeat();
        office.lease.roundStarted(office);
        office.all().forEach(peer -> replication.sendHeartbeat(office, peer));
        onConfirmed(office);
    }

    /** Somebody confirmed a round; a leader on its own confirms each by itself. */
    void onConfirmed(Leadership office) {
        office.lease.onConfirmed(office);
        if (reads.onConfirmed(office)) {
            startRound(office);
        }
    }

    /** CheckQuorum (thesis §6.2): a leader that its quorum did not answer for an election time-out is none. */
    boolean hearsQuorum(Leadership office) {
        long oldest = Quorum.agreed(group.configuration(), office::lastContactNanos);
        return oldest != Long.MIN_VALUE && group.nowNanos - oldest < group.config.electionTimeoutNanos();
    }

    // ---- reads ----

    void onRead(Leadership office, Requester requester) {
        if (reads.onRead(office, requester)) {
            startRound(office);
        }
    }

    /** By the lease if there is one now; else as any other linearizable read, which needs no clock. */
    void onLeaseRead(Leadership office, Requester requester) {
        long since = office.lease.sinceNanos(office);
        if (!group.hasLeaseReads()) {
            requester.answer(group, Requests.noLeaseReads(group));
        } else if (since != Lease.NONE) {
            requester.answer(group, new Result.ReadAt(group.commitIndex(), group.nowNanos - since));
        } else {
            onRead(office, requester);
        }
    }

    /** Something was committed: reads may have waited for an entry of this term. */
    void onCommit(Leadership office) {
        if (reads.onCommit(office)) {
            startRound(office);
        }
    }

    boolean isIdle() {
        return reads.isIdle();
    }

    /** This peer leads no more. */
    void abandon() {
        reads.abandon();
    }
}
