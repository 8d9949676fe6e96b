package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.core.MemberStatus.State;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.sim.Names;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One kind of block a test; n1 is the peer that is asked, and leads unless the test says otherwise. */
final class ExplanationTest {
    private static final long SECOND = 1_000_000_000;
    private static final PeerId SELF = Names.peer("n1");

    private final List<MemberStatus> members = new ArrayList<>();
    private final Map<PeerId, String> troubles = new HashMap<>();
    private List<Member> former = List.of();
    private Role role = Role.LEADER;
    private @Nullable PeerId leader = SELF;
    private long lastIndex = 57;
    private long durableIndex = 57;
    private long commitIndex = 57;
    private long lastApplied = 57;
    private long configurationIndex = 3;
    private boolean left;
    private boolean mayCampaign = true;
    private long campaignDelay;
    private @Nullable Campaign campaign;
    private long firstIndex = 2;
    private @Nullable PeerId transferTarget;
    private final Map<PeerId, Long> inFlight = new HashMap<>();
    private final Map<PeerId, Long> snapshots = new HashMap<>();
    private final Map<PeerId, String> refusals = new HashMap<>();

    private static Member voter(String name) {
        return Member.voter(Names.peer(name), Names.store(Names.peer(name), 1));
    }

    private void threeVoters(long second, long third) {
        members.add(new MemberStatus(voter("n1"), State.SELF, lastIndex, 0));
        members.add(new MemberStatus(voter("n2"), State.REPLICATE, second, 0));
        members.add(new MemberStatus(voter("n3"), State.REPLICATE, third, 0));
    }

    private Explanation why() {
        Configuration configuration = Configuration.of(
                        members.stream().map(MemberStatus::member).toList())
                .withMembers(members.stream().map(MemberStatus::member).toList(), former, List.of(), List.of());
        CoreStatus status = new CoreStatus(
                role,
                9,
                leader,
                new EntryId(9, lastIndex),
                durableIndex,
                commitIndex,
                lastApplied,
                EntryId.NONE,
                configuration,
                new EntryId(1, configurationIndex),
                configurationIndex <= commitIndex,
                false,
                members,
                0,
                left,
                false);
        CoreDetails.Office office = role == Role.LEADER
                ? new CoreDetails.Office(firstIndex, 64, transferTarget, false, inFlight, snapshots, refusals)
                : null;
        return Explanation.of(
                status,
                new CoreDetails(SELF, SECOND, mayCampaign, false, campaignDelay, campaign, office),
                troubles::get);
    }

    private static String name(String peer) {
        return Names.peer(peer).shortText();
    }

    @Test
    void aSoundGroupSaysSoInOneLine() {
        threeVoters(57, 57);
        assertThat(why().isBlocked()).isFalse();
        assertThat(why().lines()).containsExactly("nothing is blocked");
    }

    @Test
    void aCommitNamesHowFarEachVoterIsAndWhyOneIsSilent() {
        commitIndex = 41;
        lastApplied = 41;
        threeVoters(41, 40);
        members.set(2, new MemberStatus(voter("n3"), State.UNREACHABLE, 40, 3_200_000_000L));
        troubles.put(Names.peer("n3"), "not reachable: connection refused");
        inFlight.put(Names.peer("n2"), 12_000L);
        assertThat(why().lines().get(0))
                .isEqualTo("commit stands at 41 of 57: needs 2 of 3 voters: " + name("n1") + " (this peer) has 57; "
                        + name("n2") + " has 41, 12,000 bytes more sent; " + name("n3")
                        + " has 40 (last heard 3.2 s ago, not reachable: connection refused)");
    }

    @Test
    void aNewLeaderNamesTheEntryOfItsTermThatMustCommit() {
        commitIndex = 41;
        lastApplied = 41;
        firstIndex = 50;
        threeVoters(49, 49);
        assertThat(why().toString()).contains("all the way to entry 50, the first of term 9");
    }

    @Test
    void aLeaderWhoseOwnDiskIsBehindSaysSo() {
        commitIndex = 41;
        lastApplied = 41;
        durableIndex = 41;
        threeVoters(57, 41);
        assertThat(why().toString()).contains(name("n1") + " (this peer) has 41 on its disk");
    }

    @Test
    void aJointConfigurationNeedsBothMajorities() {
        former = List.of(voter("n1"), voter("n2"), voter("n3"), voter("n4"));
        configurationIndex = 57;
        commitIndex = 56;
        lastApplied = 56;
        threeVoters(57, 40);
        List<String> lines = why().lines();
        assertThat(lines.get(0)).contains("needs 2 of 3 voters and 3 of 4 former voters");
        assertThat(lines.get(1))
                .startsWith("a change of the members waits until entry 57 is committed")
                .contains(name("n3") + " has 40")
                .doesNotContain(name("n2"));
    }

    @Test
    void aWitnessThatIsAheadOfTheVotersDoesNotCount() {
        commitIndex = 41;
        lastApplied = 41;
        threeVoters(57, 41);
        members.set(
                1,
                new MemberStatus(
                        Member.witness(Names.peer("n2"), Names.store(Names.peer("n2"), 1), false),
                        State.REPLICATE,
                        57,
                        0));
        assertThat(why().toString()).contains("a witness counts only for what the voters have that may answer yet");
    }

    @Test
    void aCampaignNamesWhoRefusedAndWhoIsNotReachable() {
        role = Role.CANDIDATE;
        leader = null;
        threeVoters(-1, -1);
        campaign = Campaign.of(9, false)
                .with(SELF, Campaign.Answer.GRANTED)
                .with(Names.peer("n2"), Campaign.Answer.REFUSED);
        troubles.put(Names.peer("n3"), "not reachable: time-out");
        assertThat(why().lines())
                .containsExactly("no leader: this peer asked for votes in term 9, needs 2 of 3 voters: " + name("n1")
                        + " (this peer) granted; " + name("n2")
                        + " refused (it voted for another, or its log is longer); " + name("n3")
                        + " did not answer (not reachable: time-out)");
    }

    @Test
    void aPeerOfALowerPrioritySaysThatOthersStandFirst() {
        role = Role.FOLLOWER;
        leader = null;
        campaignDelay = 1_000_000_000L;
        threeVoters(-1, -1);
        members.set(1, new MemberStatus(voter("n2").withPriority(5), null, -1, -1));
        assertThat(why().lines().get(0))
                .startsWith(
                        "no leader in term 9 yet: this peer stands once its time-out is over, 1.0 s later than others"
                                + " for its priority of 0, where the highest is 5");
    }

    @Test
    void whoMayNotStandNamesTheVotersItCannotReach() {
        role = Role.FOLLOWER;
        leader = null;
        mayCampaign = false;
        threeVoters(-1, -1);
        troubles.put(Names.peer("n2"), "no connection");
        assertThat(why().toString())
                .startsWith("no leader: this peer cannot stand, a voter has to")
                .contains(name("n2") + " leads not, as far as is known here (no connection)");
    }

    @Test
    void aFollowerNamesASilentLeader() {
        role = Role.FOLLOWER;
        leader = Names.peer("n2");
        threeVoters(-1, -1);
        members.set(1, new MemberStatus(voter("n2"), null, -1, 2 * SECOND));
        assertThat(why().lines())
                .containsExactly("the leader is silent; an election comes if it stays so: " + name("n2")
                        + " leads term 9 (last heard 2.0 s ago)");
    }

    @Test
    void aSlowStateMachineIsToldFromASlowDisk() {
        lastApplied = 50;
        threeVoters(57, 57);
        assertThat(why().toString())
                .contains("7 committed entries")
                .contains("state machine of this peer has 50 of 57");
        durableIndex = 50;
        assertThat(why().toString()).contains("disk of this peer has 50 of 57");
    }

    @Test
    void aLearnerNamesWhatItLacksToVote() {
        PeerId learner = Names.peer("n4");
        Member member = Member.learner(learner, Names.store(learner, 1), true);
        lastIndex = 5_000;
        durableIndex = 5_000;
        commitIndex = 5_000;
        lastApplied = 5_000;
        threeVoters(5_000, 5_000);
        members.add(new MemberStatus(member, State.REPLICATE, 3_800, 0));
        assertThat(why().lines())
                .containsExactly("a learner waits to vote: " + learner.shortText()
                        + " is 1,200 entries behind, must be within 64");
        refusals.put(learner, "another membership change is under way");
        assertThat(why().toString()).contains("has caught up, but another membership change is under way");
    }

    @Test
    void aTransferNamesWhatItsTargetLacks() {
        transferTarget = Names.peer("n2");
        threeVoters(40, 57);
        assertThat(why().lines())
                .containsExactly("leadership is being handed over; proposals are refused meanwhile: " + name("n2")
                        + " must have 57 first, has 40");
    }

    @Test
    void aSnapshotNamesWhoTakesIt() {
        threeVoters(57, 0);
        snapshots.put(Names.peer("n3"), 50L);
        assertThat(why().toString())
                .isEqualTo("a snapshot is on its way: " + name("n3") + " has 0, takes the state of entry 50");
    }

    @Test
    void anAbsentMemberIsToldWhetherTheOthersAreEnough() {
        threeVoters(57, 57);
        members.set(2, new MemberStatus(voter("n3"), State.UNREACHABLE, 57, 2 * SECOND));
        assertThat(why().toString())
                .isEqualTo(
                        "the others are enough to decide: " + name("n3") + " does not answer (last heard 2.0 s ago)");
        members.set(1, new MemberStatus(voter("n2"), State.UNREACHABLE, 57, 2 * SECOND));
        assertThat(why().toString()).contains("does not hear its majority and will step down");
    }

    @Test
    void whoWasRemovedIsToldNothingElse() {
        left = true;
        commitIndex = 41;
        threeVoters(41, 40);
        assertThat(why().lines()).containsExactly("this peer was removed from the group");
    }
}
