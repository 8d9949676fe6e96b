package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.raft.message.RaftMessage.AppendRejected;
import dev.flotilla.raft.message.RaftMessage.Heartbeat;
import dev.flotilla.raft.message.RaftMessage.HeartbeatReply;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshot;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshotReply;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.PeerId;

/** How a peer follows its leader: takes entries, commit indexes and snapshots (paper figure 2 and figure 13). */
final class Following {
    // Of answers to an older term: they prove nothing but that a newer one exists. If their receiver should lead that
    // one,
    // the run of the request would mean another there.
    static final long NO_RUN = 0;

    private final Group group;
    private final Election election;

    Following(Group group, Election election) {
        this.group = group;
        this.election = election;
    }

    /** Paper figure 2, AppendEntries, receiver. */
    void onAppendEntries(PeerId from, AppendEntries request) {
        if (request.term() < group.term()) { // so that a leader of old learns of the newer term
            group.send(
                    from,
                    new AppendRejected(group.term(), NO_RUN, request.prev().index(), EntryId.NONE));
            return;
        }
        election.followLeader(from, request.term());
        if (!isPrevHere(request.prev())) {
            EntryId hint = group.log.newestNotAfter(
                    request.prev().index(), request.prev().term());
            group.send(
                    from,
                    new AppendRejected(
                            group.term(), request.run(), request.prev().index(), hint));
            return;
        }
        request.entries().forEach(this::take);
        group.advanceCommitIndex(Math.max(group.commitIndex(), Math.min(request.commitIndex(), request.lastIndex())));
        group.send(from, new AppendAccepted(group.term(), request.run(), request.lastIndex()));
    }

    /** What lies at or before the log's base is committed, and so equal on every peer. */
    private boolean isPrevHere(EntryId prev) {
        return prev.index() <= group.log.base().index() || group.log.contains(prev);
    }

    /** An entry that is here already stays; one that conflicts goes, with all that follow it (paper §5.3). */
    private void take(Entry entry) {
        if (entry.index() <= group.log.base().index() || group.log.contains(entry.id())) {
            return;
        }
        Configuration present = group.configuration();
        Invariant.check(
                !entry.isHollow() || !present.contains(group.self, group.storeId) || group.isWitness(),
                "entry %s came without its command, but this peer is no witness",
                entry.id());
        if (entry.index() <= group.log.lastIndex()) {
            group.truncateAfter(entry.index() - 1);
        }
        group.append(entry);
    }

    void onHeartbeat(PeerId from, Heartbeat request) {
        if (request.term() < group.term()) {
            group.send(from, new HeartbeatReply(group.term(), NO_RUN, 0));
            return;
        }
        election.followLeader(from, request.term());
        long known = Math.min(request.commitIndex(), group.log.lastIndex());
        group.advanceCommitIndex(Math.max(group.commitIndex(), known));
        group.send(from, new HeartbeatReply(group.term(), request.run(), request.round()));
    }

    /** Paper figure 13; the bytes come beside, if they are wanted. */
    void onInstallSnapshot(PeerId from, InstallSnapshot request) {
        if (request.term() < group.term()) {
            reply(from, NO_RUN, request.snapshot(), false);
            return;
        }
        election.followLeader(from, request.term());
        if (request.snapshot().index() <= group.commitIndex()) {
            reply(from, request.run(), request.snapshot(), true);
        } else if (isForWitness(request.snapshot())) {
            group.install(request.snapshot());
            reply(from, request.run(), request.snapshot(), true);
        } else {
            group.emit(new Effect.ReceiveSnapshot(from, request));
        }
    }

    /** A witness's snapshot has no bytes to fetch: the configuration in it says that this peer is one. */
    private boolean isForWitness(SnapshotMeta snapshot) {
        return snapshot.configuration().isWitness(group.self, group.storeId);
    }

    /** What a snapshot holds is committed, whatever became of the leader that sent it. */
    void onSnapshotReceived(Input.SnapshotReceived received) {
        if (group.isLeader()) {
            return; // it has all that is committed in its log
        }
        if (received.snapshot().index() > group.commitIndex()) {
            group.install(received.snapshot());
        }
        reply(received.from(), received.run(), received.snapshot(), true);
    }

    void onSnapshotNotReceived(Input.SnapshotNotReceived failed) {
        reply(failed.from(), failed.run(), failed.snapshot(), false);
    }

    private void reply(PeerId to, long run, SnapshotMeta snapshot, boolean installed) {
        group.send(to, new InstallSnapshotReply(group.term(), run, snapshot.index(), installed));
    }
}
