package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.raft.message.RaftMessage.AppendRejected;
import dev.flotilla.raft.message.RaftMessage.Heartbeat;
import java.util.List;

/**
 * How a leader brings its log to the members (paper §5.3), pipelined: a window of requests in flight to each, the next
 * index moved on optimistically, repaired by one rejection with a conflict hint.
 */
final class Replication {
    private final Group group;
    final Offering offering;

    Replication(Group group) {
        this.group = group;
        this.offering = new Offering(group);
    }

    /** Sends to everybody what fits into their windows. */
    void replicate(Leadership leadership) {
        leadership.all().forEach(peer -> replicate(leadership, peer));
    }

    /** Sends to {@code peer} what fits into its window: entries, one empty probe, or a snapshot. */
    void replicate(Leadership leadership, Progress peer) {
        while (peer.isReady()) {
            if (peer.nextIndex() - 1 < group.log.base().index()) {
                offering.startOver(peer);
                return;
            }
            boolean isProbe = peer.state() == MemberStatus.State.PROBE;
            long lastIndex = lastIndexFor(leadership, peer);
            if (peer.nextIndex() > lastIndex) {
                if (isProbe) {
                    send(peer, List.of());
                }
                return;
            }
            long bytesMax = Math.min(group.config.appendBytesMax(), peer.windowBytesLeft());
            List<Entry> entries = group.log.cached(peer.nextIndex(), lastIndex, bytesMax);
            if (entries.isEmpty() && peer.witness && peer.nextIndex() <= group.commitIndex()) {
                offering.startOver(peer); // it needs none of the commands that would be read back
                return;
            }
            if (entries.isEmpty()) {
                peer.load();
                group.emit(new Effect.LoadEntries(
                        peer.peer, peer.run(), peer.nextIndex(), lastIndex + 1, group.config.appendBytesMax()));
                return;
            }
            send(peer, entries);
        }
    }

    /**
     * Up to where {@code peer} may have the log. A witness gets no entry before the voters that can be reached have it:
     * were it ahead of them when the leader is lost, it would refuse them its vote for an entry that nobody can give back.
     */
    private long lastIndexFor(Leadership leadership, Progress peer) {
        return peer.witness
                ? Math.min(group.log.lastIndex(), leadership.matchIndexOfVoters(group.configuration()))
                : group.log.lastIndex();
    }

    private void send(Progress peer, List<Entry> whole) {
        List<Entry> entries =
                peer.witness ? whole.stream().map(Entry::forWitness).toList() : whole;
        EntryId prev = group.log.idAt(peer.nextIndex() - 1);
        peer.sent(entries, group.nowNanos);
        peer.commitIndexSent =
                Math.max(peer.commitIndexSent, Math.min(group.commitIndex(), prev.index() + entries.size()));
        group.durability.sendEarly(
                peer.peer, new AppendEntries(group.term(), peer.run(), prev, entries, group.commitIndex()));
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
                && peer.nextIndex() > group.log.base().index() // else the one before it is not known any more
                && entries.stream().allMatch(entry -> group.log.contains(entry.id()));
        if (isCurrent && peer.isReady()) {
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
    void onRejected(Leadership leadership, Progress peer, AppendRejected reply) {
        if (peer.provesLoss(reply.rejectedIndex())) {
            group.trace.lostEntries(peer.peer, peer.matchIndex());
            leadership.lose(peer);
            lookFrom(peer, reply);
            return;
        }
        boolean isStale = reply.rejectedIndex() <= peer.matchIndex()
                || peer.state() == MemberStatus.State.SNAPSHOT
                || (peer.state() == MemberStatus.State.PROBE && reply.rejectedIndex() != peer.nextIndex() - 1);
        if (!isStale) {
            lookFrom(peer, reply);
        } else if (contradictsItself(peer, reply)) {
            renew(leadership, peer);
        }
    }

    /**
     * Whether {@code peer} refuses what it acknowledged itself. That may be an answer of before, or it lost entries, if it
     * started again and nobody noticed a lost connection: a new run tells. A probe that is under way would tell as well, but
     * it may be lost, and a snapshot may make up for the loss before the next one.
     */
    private static boolean contradictsItself(Progress peer, AppendRejected reply) {
        return reply.rejectedIndex() <= peer.matchIndex();
    }

    /**
     * Entries of {@code peer} are damaged from behind the hint on: it is sent them again. What it acknowledged of them counts
     * no more, nor does any answer that is still on its way ({@link Damage}).
     */
    void onDamaged(Leadership leadership, Progress peer, AppendRejected reply) {
        boolean isAcknowledged = peer.matchIndex() > reply.hint().index();
        boolean isStale = peer.state() == MemberStatus.State.SNAPSHOT
                || (peer.state() == MemberStatus.State.PROBE && reply.rejectedIndex() != peer.nextIndex() - 1);
        if (isAcknowledged) {
            leadership.restart(peer);
        }
        if (isAcknowledged || !isStale) {
            lookFrom(peer, reply);
            if (peer.witness) {
                startWitnessOver(peer);
            }
        }
    }

    /**
     * What a witness misses may be commands that it has hollow, by a configuration that lets it in as something else
     * ({@link Hollow}): they would come hollow again and mend nothing. So it is told where the log stands, or asked again
     * after a while if that is not known to be agreed on.
     */
    private void startWitnessOver(Progress peer) {
        if (peer.nextIndex() <= group.commitIndex()) {
            offering.startOver(peer);
        }
        if (peer.isReady()) {
            peer.probeLater(group.nowNanos);
        }
    }

    private void lookFrom(Progress peer, AppendRejected reply) {
        EntryId meeting = group.log.newestNotAfter(
                Math.min(reply.hint().index(), reply.rejectedIndex() - 1),
                reply.hint().term());
        boolean isCompacted = reply.hint().index() < group.log.base().index();
        long next = (isCompacted ? reply.hint() : meeting).index() + 1;
        peer.probeFrom(Math.min(next, reply.rejectedIndex())); // below the base that calls for a snapshot
    }

    /** What was in flight to {@code peer} is lost, and it may have started anew. */
    void onConnected(Leadership leadership, Progress peer) {
        renew(leadership, peer);
    }

    /**
     * Starts over at once with a new run, in which a refusal of what was acknowledged {@linkplain Progress#provesLoss proves
     * that it was lost}. A snapshot that is on its way is offered again, for the peer may have some of it.
     */
    private void renew(Leadership leadership, Progress peer) {
        leadership.renew(peer);
        if (peer.state() == MemberStatus.State.SNAPSHOT) {
            offering.offerAgain(peer);
        }
    }

    /** The request or its answer was lost, or is slow. */
    private void resend(Progress peer) {
        if (peer.state() == MemberStatus.State.SNAPSHOT) {
            offering.offerAgain(peer);
        } else {
            peer.probeAgain();
        }
    }

    /**
     * Commits what a majority has, if it is of this term: only so are earlier entries committed (paper §5.4.2). A witness
     * cannot give an entry back, so it counts only in place of voters that cannot be reached: while they can be, each of
     * them must have the entry. This is later than Raft asks for, never earlier. Says whether anything was.
     */
    boolean advanceCommitIndex(Leadership leadership) {
        Configuration configuration = group.configuration();
        long agreed = Quorum.agreed(configuration, leadership::matchIndex);
        if (configuration.hasWitnesses()) {
            agreed = Math.min(agreed, leadership.matchIndexOfVoters(configuration));
        }
        if (agreed <= group.commitIndex() || group.log.idAt(agreed).term() != group.term()) {
            return false;
        }
        group.commitment.advanceCommitIndex(agreed);
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
        group.send(peer.peer, new Heartbeat(group.term(), peer.run(), leadership.round, commitIndex));
    }

    /** Sends again what got lost: the request or its answer. */
    void resendOverdue(Leadership leadership) {
        for (Progress peer : leadership.all()) {
            if (peer.isOverdue(group.nowNanos, group.config)) {
                resend(peer);
            }
            replicate(leadership, peer);
        }
    }
}
