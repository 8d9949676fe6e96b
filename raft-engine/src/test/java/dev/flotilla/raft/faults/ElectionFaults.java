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
                                .call("Group", "votedFor")
                                .nth(1, 2)
                                .gives(0),
                        in("Group", "voteFor").call("Invariant", "check").skipped()),
                new PlantedFault(
                        "vote-kept-in-a-new-term",
                        "a new term begins without a vote (paper figure 2, votedFor)",
                        in("Group", "adoptTerm").assignment("votedFor").skipped(),
                        in("Group", "voteFor").call("Invariant", "check").skipped()),
                new PlantedFault(
                        "pre-votes-count-as-votes",
                        "a PreVote is no vote (thesis §9.6)",
                        in("Election", "campaign")
                                .call("Election", "clearVotes")
                                .skipped()),
                new PlantedFault(
                        "no-log-check",
                        "no vote for a log that is behind (paper §5.4.1)",
                        in("Election", "onPreVoteRequest")
                                .call("EntryId", "compareTo")
                                .gives(0),
                        in("Election", "onRequestVote")
                                .call("EntryId", "compareTo")
                                .gives(0)));
    }
}
