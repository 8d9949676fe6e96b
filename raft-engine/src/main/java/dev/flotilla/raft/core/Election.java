package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RaftMessage.PreVoteReply;
import dev.flotilla.raft.message.RaftMessage.PreVoteRequest;
import dev.flotilla.raft.message.RaftMessage.RequestVote;
import dev.flotilla.raft.message.RaftMessage.TimeoutNow;
import dev.flotilla.raft.message.RaftMessage.VoteReply;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How a leader comes to be and how a peer learns of one (paper §5.2, thesis §4.2.3 and §9.6). */
final class Election {
    /** Told of the two transitions that concern the rest of the core. */
    interface Outcome {
        /** This peer won the election of its term. */
        void won();

        /** This peer was leader and is no more. */
        void lost();
    }

    /** A PreVote that was refused: its candidate may know before this peer does that the leader is gone. */
    private record Doubted(PeerId candidate, PreVoteRequest request) {}

    private final Group group;
    private final Stickiness stickiness;
    private final Refetch refetch;
    private final Outcome outcome;
    private final ElectionTimer timer;
    private final Certificates certificates;
    private final Votes votes = new Votes();
    private @Nullable Doubted doubted; // refused since the leader was heard of last
    // The Persist that makes this peer's own vote durable; MAX_VALUE once it has counted or outside a campaign.
    private long ownVoteNumber = Long.MAX_VALUE;

    Election(
            Group group,
            Stickiness stickiness,
            ElectionTimer timer,
            Certificates certificates,
            Refetch refetch,
            Outcome outcome) {
        this.refetch = refetch;
        this.group = group;
        this.stickiness = stickiness;
        this.outcome = outcome;
        this.timer = timer;
        this.certificates = certificates;
        if (isOnlyVoter() && !stickiness.isBound()) { // a leader that is being removed may rely on a promise still
            timer.expire(); // whom else should it wait for?
        }
    }

    /** The campaign that came to nothing so far, for explanations; null if there was none since the last leader. */
    @Nullable
    Campaign campaign() {
        return votes.campaign();
    }

    private boolean isOnlyVoter() {
        Configuration configuration = group.configuration();
        return !configuration.isJoint() && configuration.electors().equals(Set.of(group.self));
    }

    /** Nothing was heard of a leader for long enough, or an election came to nothing. */
    void onTimer() {
        if (group.nowNanos < timer.deadlineNanos()) {
            return;
        }
        timer.asks();
        boolean isBound = stickiness.isBound();
        becomeFollower(group.term(), null);
        if (!mayCampaign()) {
            certificates.askWhetherStillMember();
            refetch.onLeaderMissed();
        } else if (!isBound) { // its own vote may be promised for longer than it knew when it set its timer
            preCampaign();
        }
    }

    /**
     * Who is a voter in its own log stands. So does who was one before the newest configuration in its log, as long as that
     * is not known to be committed: it may be the only one that can commit it (thesis §4.2.2). Its own vote then does not
     * count, since no quorum asks for it. A witness never stands: it has no entries to lead with. Nor does a voter's new
     * data directory for the former one. Nor does who could not give all of its log to others: see {@link Damage}
     * and {@link Hollow}.
     */
    boolean mayCampaign() {
        if (!group.damage.isNone() || !group.hollow.isNone()) {
            return false;
        }
        RaftLog.Configured present = group.log.configured();
        if (present.configuration().isVoter(group.self, group.storeId)) {
            return true;
        }
        RaftLog.Configured before = group.log.configuredAt(present.id().index() - 1);
        return !group.isConfigurationCommitted() && before.configuration().isVoter(group.self, group.storeId);
    }

    /** Asks whether a campaign would be won, without raising any term (thesis §9.6). */
    private void preCampaign() {
        group.become(Role.PRE_CANDIDATE, null);
        votes.begin(group.term() + 1, true);
        votes.grant(group.self, group.storeId);
        if (!countPreVotes()) {
            sendToVoters(new PreVoteRequest(group.term() + 1, group.log.last()));
        }
    }

    private boolean countPreVotes() {
        boolean won = votes.areQuorum(group.configuration());
        if (won) {
            campaign(false);
        }
        return won;
    }

    /** Starts an election (paper §5.2). */
    private void campaign(boolean leadershipTransfer) {
        group.termAndVote.adoptTerm(group.term() + 1);
        group.termAndVote.voteFor(group.self);
        group.become(Role.CANDIDATE, null);
        clearVotes();
        votes.begin(group.term(), false);
        timer.campaignBegins();
        ownVoteNumber = group.durability.flushed();
        sendToVoters(new RequestVote(group.term(), group.log.last(), leadershipTransfer));
    }

    private void sendToVoters(RaftMessage message) {
        Configuration configuration = group.configuration();
        Set<PeerId> voters = new TreeSet<>(configuration.electors());
        voters.addAll(configuration.previousElectors());
        voters.remove(group.self);
        voters.forEach(voter -> group.send(voter, message));
    }

    /** A peer's own vote counts once it is durable. */
    void onPersisted() {
        if (group.role() == Role.CANDIDATE && group.durability.isDurable(ownVoteNumber)) {
            ownVoteNumber = Long.MAX_VALUE;
            votes.grant(group.self, group.storeId);
            countVotes();
        }
    }

    void onPreVoteRequest(PeerId candidate, PreVoteRequest request) {
        grantsPreVote(candidate, request);
    }

    private boolean grantsPreVote(PeerId candidate, PreVoteRequest request) {
        boolean isFit = request.term() > group.term() && request.lastEntry().compareTo(group.log.last()) >= 0;
        boolean isGranted = isFit && !stickiness.isLeaderAlive();
        if (isGranted) {
            giveWay(candidate);
        } else if (isFit && (doubted == null || !Succession.isBefore(group, doubted.candidate, candidate))) {
            doubted = new Doubted(candidate, request);
        }
        group.send(candidate, new PreVoteReply(request.term(), group.term(), isGranted));
        return isGranted;
    }

    /** Two that ask at one time would both win their PreVotes and split the votes: the later one in order asks no more. */
    private void giveWay(PeerId candidate) {
        if (group.role() == Role.PRE_CANDIDATE && Succession.isBefore(group, candidate, group.self)) {
            becomeFollower(group.term(), null);
        }
    }

    /**
     * The leader's process is gone for certain. Who asked for a PreVote before this peer knew is answered once more, and
     * need not ask again; else it is time to stand.
     */
    void onLeaderGone() {
        Doubted asked = doubted;
        doubted = null;
        boolean isAsked = asked != null && grantsPreVote(asked.candidate, asked.request);
        timer.leaderGone(isAsked);
        onTimer();
    }

    void onPreVoteReply(PeerId voter, StoreId storeId, PreVoteReply reply) {
        if (reply.term() > group.term()) {
            votes.note(voter, Campaign.Answer.LATER_TERM);
            becomeFollower(reply.term(), null);
            return;
        }
        if (group.role() != Role.PRE_CANDIDATE || reply.requestTerm() != group.term() + 1) {
            return;
        }
        if (reply.granted()) {
            votes.grant(voter, storeId);
            countPreVotes();
        } else {
            votes.note(voter, Campaign.Answer.REFUSED);
        }
    }

    /** Decides a vote request (paper figure 2, RequestVote; §5.4.1; thesis §4.2.3 for the first test). */
    void onRequestVote(PeerId candidate, RequestVote request) {
        if (stickiness.isLeaderAlive() && !request.leadershipTransfer()) {
            return; // before the term is looked at: a disturber must not raise it
        }
        if (request.term() > group.term()) {
            becomeFollower(request.term(), null);
        }
        boolean isGranted = request.term() == group.term()
                && (group.termAndVote.votedFor() == null || candidate.equals(group.termAndVote.votedFor()))
                && request.lastEntry().compareTo(group.log.last()) >= 0;
        if (isGranted) {
            group.termAndVote.voteFor(candidate);
            timer.restart();
        }
        group.send(candidate, new VoteReply(group.term(), isGranted));
    }

    void onVoteReply(PeerId voter, StoreId storeId, VoteReply reply) {
        if (reply.term() > group.term()) {
            votes.note(voter, Campaign.Answer.LATER_TERM);
            becomeFollower(reply.term(), null);
            return;
        }
        if (group.role() != Role.CANDIDATE || reply.term() != group.term()) {
            return;
        }
        if (reply.granted()) {
            votes.grant(voter, storeId);
        } else {
            votes.refuse(voter, storeId);
        }
        countVotes();
    }

    private void countVotes() {
        if (votes.areQuorum(group.configuration())) {
            clearVotes();
            endCampaign();
            group.become(Role.LEADER, group.self);
            outcome.won();
        } else if (votes.areLost(group.configuration())) {
            becomeFollower(group.term(), null);
            timer.standAgainSoon();
        }
    }

    /** There is a leader again, this peer or another. */
    private void endCampaign() {
        votes.forget();
        timer.leaderHeard();
    }

    /** The leader hands over: campaign at once, without PreVote (thesis §3.10). */
    void onTimeoutNow(PeerId from, TimeoutNow request) {
        boolean isFromLeader = request.term() == group.term() && from.equals(group.leader());
        if (isFromLeader && !group.isLeader() && mayCampaign()) {
            campaign(true);
        }
    }

    /** A message of the leader of {@code term}, which is at least the present one, arrived. */
    void followLeader(PeerId from, long term) {
        Invariant.check(
                !(group.isLeader() && term == group.term()), "two leaders in term %d: this peer and %s", term, from);
        becomeFollower(term, from);
        stickiness.leaderHeard();
        doubted = null;
        endCampaign();
        timer.restart();
    }

    /** Steps down or goes on following; a higher term is adopted (paper §5.1). */
    void becomeFollower(long term, @Nullable PeerId leader) {
        boolean wasLeader = group.isLeader();
        group.termAndVote.adoptTerm(term);
        clearVotes();
        group.become(Role.FOLLOWER, leader);
        if (wasLeader) {
            timer.restart();
            outcome.lost();
        }
    }

    private void clearVotes() {
        votes.clear();
        ownVoteNumber = Long.MAX_VALUE;
    }
}
