package dev.flotilla.raft.core;

import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.AppendRejected;
import dev.flotilla.raft.message.RaftMessage.HeartbeatReply;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshotReply;
import dev.flotilla.raft.message.RaftMessage.QuietReply;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * What members answer a leader. An answer counts in its own term and run alone, and only from the data directory that the
 * run began with; one of a higher term ends the leader's (paper §5.1).
 */
final class Acknowledgements {
    private final Group group;
    private final Election election;
    private final Leading leading;
    private final Quieting quieting;

    Acknowledgements(Group group, Election election, Leading leading, Quieting quieting) {
        this.group = group;
        this.election = election;
        this.leading = leading;
        this.quieting = quieting;
    }

    private @Nullable Progress answered(PeerId from, StoreId storeId, long term, long run) {
        if (term > group.term()) {
            election.becomeFollower(term, null);
            return null;
        }
        Leadership office = leading.leadership();
        if (office == null || term < group.term()) {
            return null;
        }
        Progress peer = office.of(from, run);
        if (peer == null || !peer.storeId.equals(storeId)) {
            return null;
        }
        peer.contact(group.nowNanos);
        return peer;
    }

    void onAccepted(PeerId from, StoreId storeId, AppendAccepted reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null) {
            leading.replication.onAccepted(leading.office(), peer, reply);
        }
    }

    void onRejected(PeerId from, StoreId storeId, AppendRejected reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null && reply.damaged()) {
            leading.replication.onDamaged(leading.office(), peer, reply);
        } else if (peer != null) {
            leading.replication.onRejected(leading.office(), peer, reply);
            leading.demote(leading.office());
        }
    }

    void onHeartbeatReply(PeerId from, StoreId storeId, HeartbeatReply reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null) {
            peer.confirmedRound = Math.max(peer.confirmedRound, reply.round());
            leading.heartbeats.onConfirmed(leading.office());
        }
    }

    void onQuietReply(PeerId from, StoreId storeId, QuietReply reply) {
        if (answered(from, storeId, reply.term(), reply.run()) != null) {
            quieting.onReply(leading.office(), from, reply);
        }
    }

    void onSnapshotReply(PeerId from, StoreId storeId, InstallSnapshotReply reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null) {
            leading.replication.offering.onReply(peer, reply);
        }
    }
}
