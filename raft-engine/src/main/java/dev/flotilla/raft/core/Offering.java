package dev.flotilla.raft.core;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshot;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshotReply;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.SnapshotProgress;

/** How a leader gives a member a snapshot where the entries that it needs are not at hand (paper §7, figure 13). */
final class Offering {
    private final Group group;

    Offering(Group group) {
        this.group = group;
    }

    /** Entries that the peer needs are not at hand: a snapshot takes their place. */
    void startOver(Progress peer) {
        if (peer.witness) {
            tellWhereTheLogStands(peer);
        } else {
            sendSnapshot(peer);
        }
    }

    /**
     * A snapshot for a witness: what is committed, as terms, indexes and a configuration; there is no state to it. It waits
     * for the configuration that makes the peer a witness, by which the peer knows that it is meant to have none.
     */
    private void tellWhereTheLogStands(Progress peer) {
        RaftLog.Configured committed = group.committedConfiguration();
        if (committed.configuration().isWitness(peer.peer, peer.storeId)) {
            EntryId last = group.log.idAt(group.commitIndex());
            offer(peer, SnapshotMeta.forWitness(last, committed.configuration(), committed.id()));
        }
    }

    private void sendSnapshot(Progress peer) {
        SnapshotMeta snapshot = group.snapshot;
        if (snapshot == null || snapshot.index() < group.log.base().index()) {
            throw new IllegalStateException(
                    "broken invariant: the log starts after " + group.log.base() + " without a snapshot of it");
        }
        offer(peer, snapshot);
    }

    /** Its bytes take as long as they take: who fetches them says so each time, and goes on (paper §7). */
    private void offer(Progress peer, SnapshotMeta snapshot) {
        peer.offer(snapshot, group.nowNanos);
        long baseIndex = group.log.base().index();
        group.send(peer.peer, new InstallSnapshot(group.term(), peer.run(), snapshot, baseIndex));
    }

    /** The same snapshot once more, as long as the log goes on behind it: a peer that was interrupted has some of it. */
    void offerAgain(Progress peer) {
        SnapshotMeta offered = peer.offered();
        if (offered != null && offered.index() >= group.log.base().index()) {
            offer(peer, offered);
        } else {
            peer.probeFrom(peer.matchIndex() + 1); // which calls for a newer one
        }
    }

    void onReply(Progress peer, InstallSnapshotReply reply) {
        boolean isSnapshotState = peer.state() == MemberStatus.State.SNAPSHOT;
        if (reply.progress() == SnapshotProgress.INSTALLED) {
            Invariant.check(
                    reply.index() <= group.log.lastIndex(),
                    "%s says that it installed a snapshot up to %d, but the log ends at %s",
                    peer.peer,
                    reply.index(),
                    group.log.last());
            peer.matched(reply.index(), group.nowNanos);
        } else if (reply.progress() == SnapshotProgress.FAILED && isSnapshotState) {
            peer.probeLater(group.nowNanos);
        } else if (isSnapshotState && reply.index() >= group.log.base().index()) {
            peer.fetching(reply.index());
        }
    }
}
