package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotProgress;
import dev.flotilla.transport.PeerId;

/** What may leave a peer: nothing before it is durable (paper figure 2: updated on stable storage before responding). */
final class SendChecks {
    private final Facts facts;

    SendChecks(Facts facts) {
        this.facts = facts;
    }

    void onSend(SimPeer peer, PeerId to, RaftMessage message) {
        HardState disk = peer.disk().hardState();
        if (message instanceof RaftMessage.VoteReply reply && reply.granted()) {
            requireVote(peer, reply.term(), to, message);
        } else if (message instanceof RaftMessage.RequestVote request) {
            requireVote(peer, request.term(), peer.id(), message);
        } else if (message instanceof RaftMessage.AppendAccepted reply) {
            requireOnDisk(peer, message, reply.matchIndex());
        } else if (message instanceof RaftMessage.InstallSnapshotReply reply
                && reply.progress() == SnapshotProgress.INSTALLED) {
            requireOnDisk(peer, message, reply.index());
        } else if (message instanceof RaftMessage.AppendEntries append) {
            onAppendEntries(peer, append);
        }
        if (termOf(message) > disk.term()) {
            throw Violation.of("%s sends %s; on its disk is %s", peer.name(), message, disk);
        }
    }

    private static void requireVote(SimPeer peer, long term, PeerId candidate, RaftMessage message) {
        HardState disk = peer.disk().hardState();
        if (disk.term() < term || (disk.term() == term && !candidate.equals(disk.votedFor()))) {
            throw Violation.of(
                    "%s sends %s for %s; on its disk is %s", peer.name(), message, Names.of(candidate), disk);
        }
    }

    private static void requireOnDisk(SimPeer peer, RaftMessage message, long index) {
        SimLog log = peer.disk().log();
        if (log.lastIndex() < index) {
            throw Violation.of("%s sends %s; its disk has %s", peer.name(), message, log);
        }
    }

    private void onAppendEntries(SimPeer peer, RaftMessage.AppendEntries append) {
        if (!facts.isLeader(peer.id(), append.term())) {
            throw Violation.of("%s sends AppendEntries of term %d, which it does not lead", peer.name(), append.term());
        }
        EntryId prev = append.prev();
        for (Entry entry : append.entries()) {
            Facts.Known known = facts.entries.get(entry.id());
            boolean isPlaced = known != null && (known.prev().equals(prev) || entry.index() > facts.keptIndex());
            if (!isPlaced) {
                throw Violation.of("%s sends entry %s after %s, where it is not", peer.name(), entry.id(), prev);
            }
            prev = entry.id();
        }
    }

    /** The term that the sender must have on disk; 0 if the message claims none. */
    private static long termOf(RaftMessage message) {
        if (message instanceof RaftMessage.AppendEntries m) {
            return m.term();
        } else if (message instanceof RaftMessage.AppendAccepted m) {
            return m.term();
        } else if (message instanceof RaftMessage.AppendRejected m) {
            return m.term();
        } else if (message instanceof RaftMessage.Heartbeat m) {
            return m.term();
        } else if (message instanceof RaftMessage.HeartbeatReply m) {
            return m.term();
        } else if (message instanceof RaftMessage.VoteReply m) {
            return m.term();
        } else if (message instanceof RaftMessage.PreVoteReply m) {
            return m.term();
        } else if (message instanceof RaftMessage.TimeoutNow m) {
            return m.term();
        } else if (message instanceof RaftMessage.InstallSnapshot m) {
            return m.term();
        } else if (message instanceof RaftMessage.InstallSnapshotReply m) {
            return m.term();
        }
        return 0;
    }
}
