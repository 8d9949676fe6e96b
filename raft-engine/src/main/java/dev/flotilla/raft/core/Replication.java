package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.raft.message.RaftMessage.AppendRejected;
import dev.flotilla.raft.message.RaftMessage.Heartbeat;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshot;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshotReply;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.PeerId;
import java.util.List;

/**
 * How a leader brings its log to the members (paper §5.3), pipelined: a window of requests in flight to each, the next
 * index moved on optimistically, repaired by one rejection with a conflict hint.
 */
final class Replication {
    private final Group group;

    Replication(Group group) {
        this.group = group;
    }

    /** Sends to everybody what fits into their windows. */
    void replicate(Leadership leadership) {
        leadership.all().forEach(peer -> replicate(leadership, peer));
    }

    /** Sends to {@code peer} what fits into its window: entries, one empty probe, or a snapshot. */
    void replicate(Leadership leadership, Progress peer) {
        while (peer.isReady(group.config)) {
            if (peer.nextIndex() - 1 < group.log.base().index()) {
                sendSnapshot(peer);
                return;
            }
            boolean isProbe = peer.state() == MemberStatus.State.PROBE;
            if (peer.nextIndex() > group.log.lastIndex()) {
                if (isProbe) {
                    send(peer, List.of());
                }
                return;
            }
            long bytesMax = Math.min(group.config.appendBytesMax(), peer.windowBytesLeft(group.config));
            List<Entry> entries = group.log.cached(peer.nextIndex(), group.log.lastIndex(), bytesMax);
            if (entries.isEmpty()) {
                peer.load();
                group.emit(new Effect.LoadEntries(
                        peer.peer,
                        peer.run,
                        peer.nextIndex(),
                        group.log.lastIndex() + 1,
                        group.config.appendBytesMax()));
                return;
            }
            send(peer, entries);
        }
    }

    private void send(Progress peer, List<Entry> entries) {
        EntryId prev = group.log.idAt(peer.nextIndex() - 1);
        peer.sent(entries, group.nowNanos);
        peer.commitIndexSent =
                Math.max(peer.commitIndexSent, Math.min(group.commitIndex(), prev.index() + entries.size()));
        group.sendEarly(peer.peer, new AppendEntries(group.term(), peer.run, prev, entries, group.commitIndex()));
    }

    /** Entries that were read back from the log: sent if they are still what the log holds and the peer needs. */
    void onEntriesLoaded(Leadership leadership, Input.EntriesLoaded loaded) {
        Progress peer = leadership.of(loaded.to(), loaded.run());
        if (peer == null || !peer.isLoading()) {
            return;
        }
        peer.loaded();
        List<Entry> entries = loaded.entries();
        boolean isCurrent = !entries.isEmpty()
                && entries.get(0).index() == peer.nextIndex()
                && entries.stream().allMatch(entry -> group.log.contains(entry.id()));
        if (isCurrent && peer.isReady(group.config)) {
            send(peer, entries);
        } else {
            peer.probeFrom(peer.nextIndex());
        }
        replicate(leadership, peer);
    }

    void onAccepted(Leadership leadership, Progress peer, AppendAccepted reply) {
        Invariant.check(
                reply.matchIndex() <= group.log.lastIndex(),
                "%s says that it has entry %d, but the log ends at %s",
                peer.peer,
                reply.matchIndex(),
                group.log.last());
        boolean stillNeedsSnapshot = peer.state() == MemberStatus.State.SNAPSHOT
                && reply.matchIndex() < group.log.base().index();
        if (!stillNeedsSnapshot) {
            peer.matched(reply.matchIndex(), group.nowNanos);
        }
    }

    /** Looks for where the logs meet: not after the hint, and not where the own term is higher than the hint's. */
    void onRejected(Progress peer, AppendRejected reply) {
        boolean isStale = reply.rejectedIndex() <= peer.matchIndex()
                || peer.state() == MemberStatus.State.SNAPSHOT
                || (peer.state() == MemberStatus.State.PROBE && reply.rejectedIndex() != peer.nextIndex() - 1);
        if (isStale) {
            return;
        }
        EntryId meeting = group.log.newestNotAfter(
                Math.min(reply.hint().index(), reply.rejectedIndex() - 1),
                reply.hint().term());
        boolean isCompacted = reply.hint().index() < group.log.base().index();
        long next = (isCompacted ? reply.hint() : meeting).index() + 1;
        peer.probeFrom(Math.min(next, reply.rejectedIndex())); // below the base that calls for a snapshot
    }

    private void sendSnapshot(Progress peer) {
        SnapshotMeta snapshot = group.snapshot;
        if (snapshot == null || snapshot.index() < group.log.base().index()) {
            throw new IllegalStateException(
                    "broken invariant: the log starts after " + group.log.base() + " without a snapshot of it");
        }
        peer.awaitSnapshot(snapshot.index());
        group.emit(new Effect.SendSnapshot(peer.peer, new InstallSnapshot(group.term(), peer.run, snapshot)));
    }

    void onSnapshotReply(Progress peer, InstallSnapshotReply reply) {
        if (reply.installed()) {
            peer.matched(reply.index(), group.nowNanos);
        } else if (peer.state() == MemberStatus.State.SNAPSHOT) {
            peer.probeLater(group.nowNanos);
        }
    }

    void onSnapshotSent(Leadership leadership, PeerId to, long run) {
        Progress peer = leadership.of(to, run);
        if (peer != null) {
            peer.snapshotSent(group.nowNanos);
        }
    }

    void onSnapshotNotSent(Leadership leadership, PeerId to, long run) {
        Progress peer = leadership.of(to, run);
        if (peer != null && peer.state() == MemberStatus.State.SNAPSHOT) {
            peer.probeLater(group.nowNanos);
        }
    }

    /**
     * Commits what a majority has, if it is of this term: only so are earlier entries committed (paper §5.4.2).
     * Says whether anything was.
     */
    boolean advanceCommitIndex(Leadership leadership) {
        long agreed = Quorum.agreed(group.configuration(), leadership::matchIndex);
        if (agreed <= group.commitIndex() || group.log.idAt(agreed).term() != group.term()) {
            return false;
        }
        group.advanceCommitIndex(agreed);
        return true;
    }

    /** Tells members of a commit index that no AppendEntries carried to them. */
    void announceCommitIndex(Leadership leadership) {
        for (Progress peer : leadership.all()) {
            if (Math.min(group.commitIndex(), peer.matchIndex()) > peer.commitIndexSent) {
                sendHeartbeat(leadership, peer);
            }
        }
    }

    /** A heartbeat carries no more than what the receiver is known to have. */
    void sendHeartbeat(Leadership leadership, Progress peer) {
        long commitIndex = Math.min(group.commitIndex(), peer.matchIndex());
        peer.commitIndexSent = Math.max(peer.commitIndexSent, commitIndex);
        group.send(peer.peer, new Heartbeat(group.term(), peer.run, leadership.round, commitIndex));
    }

    /** Sends again what got lost: the request or its answer. */
    void resendOverdue(Leadership leadership) {
        for (Progress peer : leadership.all()) {
            if (peer.isOverdue(group.nowNanos, group.config)) {
                peer.probeFrom(peer.matchIndex() + 1);
            }
            replicate(leadership, peer);
        }
    }
}
