package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RaftMessage.PreVoteReply;
import dev.flotilla.raft.message.RaftMessage.PreVoteRequest;
import dev.flotilla.raft.message.RaftMessage.RequestVote;
import dev.flotilla.raft.message.RaftMessage.VoteReply;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a peer must answer those that lead, did so, or want to: judged by what reached it and what it did. A breach costs
 * availability first, and safety only with further bad luck.
 */
final class VotingRules {
    /** What is known of one life of a peer. */
    private static final class Seen {
        private final int life;
        private @Nullable CoreStatus status; // after its last step
        private long heardNanos = Long.MIN_VALUE; // when it followed a message of its leader last, by its own clock

        Seen(int life) {
            this.life = life;
        }
    }

    private final Map<SimPeer, Seen> seen = new HashMap<>();

    void stepped(SimPeer peer, Input input, List<Effect> effects) {
        Seen known = seen.get(peer);
        if (known == null || known.life != peer.life()) {
            known = new Seen(peer.life());
            seen.put(peer, known);
        }
        CoreStatus now = peer.status();
        if (input instanceof Input.Received received) {
            if (known.status != null && !known.status.left()) {
                onReceived(peer, known, known.status, received, effects, now);
            }
            if (isOfLeader(received.message())
                    && received.from().equals(now.leader())
                    && termOf(received.message()) == now.term()) {
                known.heardNanos = peer.nowNanos();
            }
        } else if (input instanceof Input.Unreachable) {
            known.heardNanos = Long.MIN_VALUE; // the leader may be known to be gone
        }
        known.status = now;
    }

    private static void onReceived(
            SimPeer peer,
            Seen known,
            CoreStatus before,
            Input.Received received,
            List<Effect> effects,
            CoreStatus now) {
        if (hearsLeader(peer, known, before)) {
            checkStickiness(peer, received, effects, before, now);
        }
        if (before.role() == Role.LEADER) {
            checkHigherTerm(peer, received, before, now);
        }
        if (received.message() instanceof RequestVote request) {
            checkLog(peer, received, request, effects, before);
        } else if (isOfLeader(received.message())) {
            checkOldTerm(peer, received, effects, before, now);
        }
    }

    private static boolean isOfLeader(RaftMessage message) {
        return message instanceof RaftMessage.Heartbeat || message instanceof RaftMessage.AppendEntries;
    }

    private static long termOf(RaftMessage ofLeader) {
        return ofLeader instanceof RaftMessage.Heartbeat heartbeat
                ? heartbeat.term()
                : ((RaftMessage.AppendEntries) ofLeader).term();
    }

    private static boolean hearsLeader(SimPeer peer, Seen known, CoreStatus before) {
        return before.role() == Role.LEADER
                || (before.leader() != null
                        && known.heardNanos != Long.MIN_VALUE
                        && peer.nowNanos() - known.heardNanos < SimSettings.ELECTION_TIMEOUT_NANOS);
    }

    /** Who hears its leader neither votes nor lets a candidate raise its term (thesis §4.2.3). */
    private static void checkStickiness(
            SimPeer peer, Input.Received received, List<Effect> effects, CoreStatus before, CoreStatus now) {
        RaftMessage message = received.message();
        boolean disturbs = message instanceof PreVoteRequest
                || (message instanceof RequestVote request && !request.leadershipTransfer());
        Violation.unless(
                !disturbs || now.term() == before.term(),
                "%s hears its leader, yet %s raises its term from %d to %d",
                peer.name(),
                MessageText.name(received.from()),
                before.term(),
                now.term());
        Violation.unless(
                !disturbs || !grants(effects),
                "%s hears its leader, yet would vote for %s",
                peer.name(),
                MessageText.name(received.from()));
    }

    private static boolean grants(List<Effect> effects) {
        return effects.stream()
                .anyMatch(effect -> effect instanceof Effect.Send send
                        && ((send.message() instanceof VoteReply vote && vote.granted())
                                || (send.message() instanceof PreVoteReply preVote && preVote.granted())));
    }

    /** A vote goes to a log that is as new as the voter's (paper §5.4.1). */
    private static void checkLog(
            SimPeer peer, Input.Received received, RequestVote request, List<Effect> effects, CoreStatus before) {
        Violation.unless(
                !grants(effects) || request.lastEntry().compareTo(before.lastEntry()) >= 0,
                "%s, whose log ends at %s, votes for %s, whose log ends at %s",
                peer.name(),
                before.lastEntry(),
                MessageText.name(received.from()),
                request.lastEntry());
    }

    /** A leader that a member answers from a higher term is none (paper §5.1). */
    private static void checkHigherTerm(SimPeer peer, Input.Received received, CoreStatus before, CoreStatus now) {
        long term = termOfAnswer(received.message());
        boolean isMember = before.configuration().contains(received.from(), received.storeId());
        Violation.unless(
                !isMember || now.term() >= term,
                "leader %s stays in term %d when %s answers from term %d",
                peer.name(),
                now.term(),
                MessageText.name(received.from()),
                term);
    }

    private static long termOfAnswer(RaftMessage message) {
        if (message instanceof RaftMessage.AppendAccepted reply) {
            return reply.term();
        } else if (message instanceof RaftMessage.AppendRejected reply) {
            return reply.term();
        } else if (message instanceof RaftMessage.HeartbeatReply reply) {
            return reply.term();
        }
        return 0;
    }

    /** Who leads a term that is over is not followed, but told (paper figure 2, AppendEntries 1). */
    private static void checkOldTerm(
            SimPeer peer, Input.Received received, List<Effect> effects, CoreStatus before, CoreStatus now) {
        PeerId from = received.from();
        long term = termOf(received.message());
        if (term >= before.term() || !before.configuration().contains(from, received.storeId())) {
            return;
        }
        boolean isTold = effects.stream()
                .anyMatch(effect -> effect instanceof Effect.Send send
                        && send.to().equals(from)
                        && termOfAnswer(send.message()) >= before.term());
        boolean isFollowed = from.equals(now.leader()) && !from.equals(before.leader());
        Violation.unless(
                isTold && !isFollowed,
                "%s in term %d %s %s, which leads term %d",
                peer.name(),
                before.term(),
                isFollowed ? "follows" : "does not answer",
                MessageText.name(from),
                term);
    }
}
