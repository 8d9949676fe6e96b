package dev.flotilla.raft.faults;

import static dev.flotilla.raft.faults.Place.in;

import java.util.List;
import org.objectweb.asm.Opcodes;

/** Faults in how a leader comes to be and goes (DESIGN.md section 4, Elections). */
final class ElectionFaults {
    private ElectionFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                new PlantedFault(
                        "quorum-of-half",
                        "a majority is n/2 + 1 (paper §5.2)",
                        in("Quorum", "agreed")
                                .operator("division", Opcodes.IDIV)
                                .by("halfLessOne")),
                new PlantedFault(
                        "quorum-rounded-up",
                        "a majority is n/2 + 1, not ceil(n/2) (paper §5.2)",
                        in("Quorum", "agreed")
                                .operator("division", Opcodes.IDIV)
                                .by("halfRoundedUpLessOne")),
                new PlantedFault(
                        "vote-twice",
                        "one vote a term (paper figure 2, RequestVote 2)",
                        in("Election", "onRequestVote")
                                .call("TermAndVote", "votedFor")
                                .nth(1, 2)
                                .gives(0),
                        in("TermAndVote", "voteFor").call("Invariant", "check").skipped()),
                new PlantedFault(
                        "vote-kept-in-a-new-term",
                        "a new term begins without a vote (paper figure 2, votedFor)",
                        in("TermAndVote", "adoptTerm").assignment("votedFor").skipped(),
                        in("TermAndVote", "voteFor").call("Invariant", "check").skipped()),
                new PlantedFault(
                        "vote-of-an-old-term-counts",
                        "a vote counts in its own term (paper §5.2)",
                        in("Election", "onVoteReply").comparison().nth(2, 2).gives(0)),
                new PlantedFault(
                        "pre-votes-count-as-votes",
                        "a PreVote is no vote (thesis §9.6)",
                        in("Election", "campaign")
                                .call("Election", "clearVotes")
                                .skipped()),
                new PlantedFault(
                        "no-log-check",
                        "no vote for a log that is behind (paper §5.4.1)",
                        in("Election", "grantsPreVote")
                                .call("EntryId", "compareTo")
                                .gives(0),
                        in("Election", "onRequestVote")
                                .call("EntryId", "compareTo")
                                .gives(0)),
                new PlantedFault(
                        "no-log-check-behind-pre-vote",
                        "RequestVote checks the log by itself (paper §5.4.1)",
                        in("Election", "onRequestVote")
                                .call("EntryId", "compareTo")
                                .gives(0)),
                new PlantedFault(
                        "no-stickiness",
                        "no vote and no higher term while a leader is alive (thesis §4.2.3)",
                        in("Election", "onRequestVote")
                                .call("Stickiness", "isLeaderAlive")
                                .gives(0)),
                new PlantedFault(
                        "pre-vote-beside-a-leader",
                        "no PreVote while a leader is alive (thesis §9.6)",
                        in("Election", "grantsPreVote")
                                .call("Stickiness", "isLeaderAlive")
                                .gives(0)),
                new PlantedFault(
                        "no-pre-vote",
                        "no campaign before a majority would vote (thesis §9.6)",
                        in("Election", "countPreVotes")
                                .call("Votes", "areQuorum")
                                .gives(1)),
                new PlantedFault(
                        "learner-campaigns",
                        "learners and witnesses never campaign (thesis §4.2.1, design, Membership)",
                        in("Election", "onTimer")
                                .call("Election", "mayCampaign")
                                .gives(1)),
                new PlantedFault(
                        "no-check-quorum",
                        "a leader that its quorum does not answer steps down (thesis §6.2)",
                        in("Leading", "onTimer")
                                .call("Heartbeats", "hearsQuorum")
                                .gives(1)),
                new PlantedFault(
                        "leader-ignores-a-higher-term",
                        "a higher term makes a leader a follower (paper §5.1)",
                        in("Acknowledgements", "answered")
                                .call("Election", "becomeFollower")
                                .skipped()),
                new PlantedFault(
                        "old-term-unanswered",
                        "a leader of an old term is told of the new one (paper figure 2, AppendEntries 1)",
                        in("Following", "onAppendEntries")
                                .call("Group", "send")
                                .nth(1, 3)
                                .skipped(),
                        in("Following", "onHeartbeat")
                                .call("Group", "send")
                                .nth(1, 2)
                                .skipped()),
                new PlantedFault(
                        "transfer-to-a-lagging-target",
                        "TimeoutNow goes to a target whose log is as long (thesis §3.10)",
                        in("Transfer", "advance").comparison().gives(0)));
    }
}
