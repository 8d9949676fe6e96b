package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RaftMessage.PreVoteReply;
import dev.flotilla.raft.message.RaftMessage.PreVoteRequest;
import dev.flotilla.raft.message.RaftMessage.RequestVote;
import dev.flotilla.raft.message.RaftMessage.TimeoutNow;
import dev.flotilla.raft.message.RaftMessage.VoteReply;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    private static final int PRIORITIES_WAITED_FOR = 3;

    private final Group group;
    private final Stickiness stickiness;
    private final Outcome outcome;
    private long deadlineNanos;
    // Of the present campaign; empty unless PRE_CANDIDATE or CANDIDATE.
    private Map<PeerId, StoreId> granted = Map.of();
    private Map<PeerId, StoreId> refused = Map.of();
    private long campaignNanos; // when the present campaign began
    private int splits; // elections lost to a split vote since a leader was heard of
    // The Persist that makes this peer's own vote durable; MAX_VALUE once it has counted or outside a campaign.
    private long ownVoteNumber = Long.MAX_VALUE;
    // The leader whose connection to this peer was closed by the other side last; null once it was heard of again.
    private @Nullable PeerId closedBy;
    // What was asked last and how it was answered, until a leader is known; decides nothing.
    private @Nullable Campaign campaign;

    Election(Group group, Stickiness stickiness, Outcome outcome) {
        this.group = group;
        this.stickiness = stickiness;
        this.outcome = outcome;
        restartTimer();
        if (isOnlyVoter() && !stickiness.isBound()) { // a leader that is being removed may rely on a promise still
            deadlineNanos = group.nowNanos; // whom else should it wait for?
        }
    }

    /** The campaign that came to nothing so far, for explanations; null if there was none since the last leader. */
    @Nullable
    Campaign campaign() {
        return campaign;
    }

    private boolean isOnlyVoter() {
        Configuration configuration = group.configuration();
        return !configuration.isJoint() && configuration.electors().equals(Set.of(group.self));
    }

    long deadlineNanos() {
        return group.isLeader() || group.left || group.quiet ? Long.MAX_VALUE : deadlineNanos;
    }

    /** A random time in [T, 2T) (paper §5.2); later by as much as this peer's promise outlasts T, and by its priority. */
    void restartTimer() {
        deadlineNanos = group.nowNanos + stickiness.patienceNanos() + within(group.config.electionTimeoutNanos());
    }

    /**
     * A random time below {@code nanos}, after as many times {@code nanos} as there are priorities above this peer's, three
     * at most: so those of the highest stand first, and each other class when those above it have had the time to win.
     * That is all a priority does here. Votes are given as ever, so that a group that does not reach its preferred peers
     * elects another, at most three time-outs later. (Other libraries refuse their vote to who has not the priority that
     * they look for, and lower that with time; then peers that look for different ones may hold up each other.)
     */
    private long within(long nanos) {
        return prioritiesAbove() * nanos + (long) (group.random.nextDouble() * nanos);
    }

    private long prioritiesAbove() {
        return Math.min(PRIORITIES_WAITED_FOR, group.configuration().prioritiesAbove(group.self));
    }

    /** How much longer this peer waits before it campaigns than one of the highest priority. */
    long delayNanos() {
        return prioritiesAbove() * group.config.electionTimeoutNanos();
    }

    /** The leader's node is lost: does not wait for its time-out, but not as long as others do either. */
    void campaignSoon() {
        if (stickiness.promises()) {
            restartTimer(); // the leader may have a lease by this peer's last answer, if only the link to it is lost
        } else {
            deadlineNanos = group.nowNanos + within(group.config.electionTimeoutNanos());
        }
    }

    /** Nothing was heard of a leader for long enough, or an election came to nothing. */
    void onTimer() {
        if (group.nowNanos < deadlineNanos()) {
            return;
        }
        restartTimer();
        boolean isBound = stickiness.isBound();
        becomeFollower(group.term(), null);
        if (!mayCampaign()) {
            askWhetherStillMember();
        } else if (!isBound) { // its own vote is promised as well, perhaps for longer than it knew when it set its
            // timer
            preCampaign();
        }
    }

    /**
     * A candidate that was removed learns so from the answer to its campaign. Who never campaigns would wait for a leader
     * for ever if it missed the notice: so it asks one member for a certificate, whom it needs not have. A newcomer asks by
     * its ticket.
     */
    private void askWhetherStillMember() {
        List<PeerId> others = group.configuration().all().stream()
                .map(Member::peerId)
                .filter(peer -> !peer.equals(group.self))
                .toList();
        if (group.configuration().contains(group.self, group.storeId) && !others.isEmpty()) {
            PeerId asked = others.get(group.random.nextInt(others.size()));
            group.send(asked, new RaftMessage.CertificateRequest());
        }
    }

    /**
     * Who is a voter in its own log stands. So does who was one before the newest configuration in its log, as long as that
     * is not known to be committed: it may be the only one that can commit it (thesis §4.2.2). Its own vote then does not
     * count, since no quorum asks for it. A witness never stands: it has no entries to lead with. Nor does a voter's new
     * data directory for the former one. Nor does who could not give all of its log to others: see {@link Damage}.
     */
    boolean mayCampaign() {
        if (!group.damage.isNone()) {
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
        campaign = Campaign.of(group.term() + 1, true);
        grant(group.self, group.storeId);
        if (!countPreVotes()) {
            sendToVoters(new PreVoteRequest(group.term() + 1, group.log.last()));
        }
    }

    private boolean countPreVotes() {
        boolean won = Quorum.reached(group.configuration(), member -> isIn(granted, member));
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
        campaign = Campaign.of(group.term(), false);
        campaignNanos = group.nowNanos;
        restartTimer();
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
            grant(group.self, group.storeId);
            countVotes();
        }
    }

    void onPreVoteRequest(PeerId candidate, PreVoteRequest request) {
        boolean isGranted = !stickiness.isLeaderAlive()
                && request.term() > group.term()
                && request.lastEntry().compareTo(group.log.last()) >= 0;
        group.send(candidate, new PreVoteReply(request.term(), group.term(), isGranted));
    }

    void onPreVoteReply(PeerId voter, StoreId storeId, PreVoteReply reply) {
        if (reply.term() > group.term()) {
            note(voter, Campaign.Answer.LATER_TERM);
            becomeFollower(reply.term(), null);
            return;
        }
        if (group.role() != Role.PRE_CANDIDATE || reply.requestTerm() != group.term() + 1) {
            return;
        }
        if (reply.granted()) {
            grant(voter, storeId);
            countPreVotes();
        } else {
            note(voter, Campaign.Answer.REFUSED);
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
            restartTimer();
        }
        group.send(candidate, new VoteReply(group.term(), isGranted));
    }

    void onVoteReply(PeerId voter, StoreId storeId, VoteReply reply) {
        if (reply.term() > group.term()) {
            note(voter, Campaign.Answer.LATER_TERM);
            becomeFollower(reply.term(), null);
            return;
        }
        if (group.role() != Role.CANDIDATE || reply.term() != group.term()) {
            return;
        }
        if (reply.granted()) {
            grant(voter, storeId);
        } else {
            refused = with(refused, voter, storeId);
            note(voter, Campaign.Answer.REFUSED);
        }
        countVotes();
    }

    private void grant(PeerId voter, StoreId storeId) {
        granted = with(granted, voter, storeId);
        note(voter, Campaign.Answer.GRANTED);
    }

    private void note(PeerId voter, Campaign.Answer answer) {
        campaign = campaign == null ? null : campaign.with(voter, answer);
    }

    private static Map<PeerId, StoreId> with(Map<PeerId, StoreId> votes, PeerId voter, StoreId storeId) {
        Map<PeerId, StoreId> more = new TreeMap<>(votes);
        more.put(voter, storeId);
        return more;
    }

    private static boolean isIn(Map<PeerId, StoreId> votes, Member member) {
        return member.storeId().equals(votes.get(member.peerId()));
    }

    private void countVotes() {
        if (Quorum.reached(group.configuration(), member -> isIn(granted, member))) {
            clearVotes();
            campaign = null;
            splits = 0;
            group.become(Role.LEADER, group.self);
            outcome.won();
        } else if (Quorum.lost(group.configuration(), member -> isIn(refused, member))) {
            becomeFollower(group.term(), null);
            standAgainSoon();
        }
    }

    /**
     * This candidate cannot win any more, and hears no leader: as a majority would have elected it a moment ago, the votes
     * went to several. Nobody needs to wait for a whole time-out then, since there is no leader to be patient with (neither
     * the paper nor the thesis has this; Tarantool has, from votes that all peers see). But somebody else may have won by
     * the very votes that this peer lacks. So it waits until such a leader were heard: as long as its own election took,
     * which is a round to the voters and back, and a heartbeat at least. What it adds at random doubles each time up to
     * that of an ordinary time-out, so that peers that collide by slow links spread as widely as ever.
     *
     * <p>Nothing of this concerns PreVotes: they split never, each voter grants any number of them. Who refuses one hears
     * a leader or has a longer log, and neither is a reason to hurry.
     */
    private void standAgainSoon() {
        if (stickiness.isLeaderAlive()) {
            return; // no leader, but a promise to one (thesis §6.4.1)
        }
        long timeout = group.config.electionTimeoutNanos();
        long spread = Math.min(timeout, (timeout / 4) << Math.min(splits, 2));
        long atLeast = Math.max(group.config.heartbeatIntervalNanos(), group.nowNanos - campaignNanos);
        splits++;
        deadlineNanos = Math.min(deadlineNanos, group.nowNanos + atLeast + within(spread));
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
        campaign = null;
        closedBy = null;
        splits = 0;
        restartTimer();
    }

    /** Steps down or goes on following; a higher term is adopted (paper §5.1). */
    void becomeFollower(long term, @Nullable PeerId leader) {
        boolean wasLeader = group.isLeader();
        group.termAndVote.adoptTerm(term);
        clearVotes();
        group.become(Role.FOLLOWER, leader);
        if (wasLeader) {
            restartTimer();
            outcome.lost();
        }
    }

    private void clearVotes() {
        granted = Map.of();
        refused = Map.of();
        ownVoteNumber = Long.MAX_VALUE;
    }

    /**
     * The leader closed this peer's connection and then refused a new one: its process is gone, so its last sign of life
     * counts no more. A candidate's claim never does that, nor does a connection that this side closed; nor anything where
     * lease reads are agreed on, since a closed connection proves nothing that a lease could rest on.
     */
    void onLost(PeerId peer, boolean closedByPeer) {
        closedBy = closedByPeer && peer.equals(group.leader()) ? peer : null;
    }

    void onUnreachable(PeerId peer, boolean isRefused) {
        if (isRefused
                && !stickiness.promises()
                && peer.equals(closedBy)
                && peer.equals(group.leader())
                && !group.isLeader()) {
            closedBy = null;
            stickiness.leaderGone();
            long soon = group.config.electionTimeoutNanos() / 10;
            deadlineNanos = Math.min(deadlineNanos, group.nowNanos + within(soon));
        }
    }
}
