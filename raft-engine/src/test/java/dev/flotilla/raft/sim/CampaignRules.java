package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.RaftMessage.PreVoteReply;
import dev.flotilla.raft.message.RaftMessage.PreVoteRequest;
import dev.flotilla.raft.message.RaftMessage.RequestVote;
import dev.flotilla.raft.message.RaftMessage.TimeoutNow;
import dev.flotilla.raft.message.RaftMessage.VoteReply;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How a peer comes to lead and to hand over: judged by the votes that reached it and by what it did. */
final class CampaignRules {
    /** What is known of one life of a peer. */
    private static final class Seen {
        private final int life;
        private final Grants preVotes = new Grants();
        private final Grants votes = new Grants();
        private long ledTerm;

        Seen(int life) {
            this.life = life;
        }
    }

    private final SimGroup group;
    private final Map<SimPeer, Seen> seen = new HashMap<>();

    CampaignRules(SimGroup group) {
        this.group = group;
    }

    void stepped(SimPeer peer, Input input, List<Effect> effects) {
        Seen known = seen.get(peer);
        if (known == null || known.life != peer.life()) {
            known = new Seen(peer.life());
            seen.put(peer, known);
        }
        if (input instanceof Input.Received received) {
            if (received.message() instanceof PreVoteReply reply && reply.granted()) {
                known.preVotes.add(reply.requestTerm(), received.from(), received.storeId());
            } else if (received.message() instanceof VoteReply reply && reply.granted()) {
                known.votes.add(reply.term(), received.from(), received.storeId());
            }
        }
        CoreStatus now = peer.status();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                onSend(peer, known, send, now);
            }
        }
        if (now.role() == Role.LEADER && now.term() > known.ledTerm) {
            known.ledTerm = now.term();
            checkVotes(peer, known, now);
        }
    }

    private void onSend(SimPeer peer, Seen known, Effect.Send send, CoreStatus now) {
        if (send.message() instanceof RequestVote request) {
            checkStanding(peer, request.term(), now);
            checkPreVotes(peer, known, request, now);
        } else if (send.message() instanceof PreVoteRequest request) {
            checkStanding(peer, request.term(), now);
        } else if (send.message() instanceof TimeoutNow) {
            checkTarget(peer, send.to(), now);
        }
    }

    /** Only who votes and has a whole log stands, or did before a change that is not committed (thesis §4.2.2). */
    private static void checkStanding(SimPeer peer, long term, CoreStatus now) {
        Violation.unless(
                !now.configurationCommitted() || now.configuration().isVoter(peer.id(), peer.storeId()),
                "%s, which is no voter in %s, stands in term %d",
                peer.name(),
                MessageText.of(now.configuration()),
                term);
    }

    /** No campaign without a majority that would vote, unless the leader asks for it (thesis §9.6, §3.10). */
    private static void checkPreVotes(SimPeer peer, Seen known, RequestVote request, CoreStatus now) {
        Violation.unless(
                request.leadershipTransfer()
                        || known.preVotes.areQuorum(request.term(), peer.id(), now.configuration()),
                "%s campaigns in term %d without a majority of PreVotes",
                peer.name(),
                request.term());
    }

    /** A leader has a majority's votes of its term (paper §5.2). */
    private static void checkVotes(SimPeer peer, Seen known, CoreStatus now) {
        Violation.unless(
                known.votes.areQuorum(now.term(), peer.id(), now.configuration()),
                "%s leads term %d without a majority of its votes",
                peer.name(),
                now.term());
    }

    /** Leadership goes to who has the whole log, or it would be lost at once (thesis §3.10). */
    private void checkTarget(SimPeer peer, PeerId to, CoreStatus now) {
        SimPeer target = group.life().peer(to);
        boolean leadsOn = now.role() == Role.LEADER
                && now.configuration().voters().contains(peer.id()); // who must go hands over to the best there is
        boolean isKnown = now.configuration().contains(to, target.storeId());
        Violation.unless(
                !leadsOn || !isKnown || target.disk().held(now.lastEntry()),
                "%s hands over to %s, whose disk lacks %s: it has %s",
                peer.name(),
                target.name(),
                now.lastEntry(),
                target.disk().log());
    }
}
