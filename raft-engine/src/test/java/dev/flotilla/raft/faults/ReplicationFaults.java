package dev.flotilla.raft.faults;

import static dev.flotilla.raft.faults.Place.in;

import java.util.List;

/** Faults in how entries are brought to the members and committed (DESIGN.md section 4, Replication and One writer). */
final class ReplicationFaults {
    private ReplicationFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                new PlantedFault(
                        "old-terms-committed-by-counting",
                        "only entries of the own term are committed by counting (paper §5.4.2)",
                        in("Replication", "advanceCommitIndex")
                                .comparison()
                                .nth(2, 2)
                                .gives(0)),
                new PlantedFault(
                        "leader-of-an-old-term-followed",
                        "AppendEntries of an old term is refused (paper figure 2, AppendEntries 1)",
                        in("Following", "onAppendEntries").comparison().gives(0),
                        in("TermAndVote", "adoptTerm")
                                .call("Invariant", "check")
                                .skipped(),
                        in("Election", "followLeader")
                                .call("Invariant", "check")
                                .skipped()),
                new PlantedFault(
                        "no-prev-check",
                        "entries follow an entry that is here (paper figure 2, AppendEntries 2)",
                        in("Following", "isPrevHere")
                                .call("RaftLog", "contains")
                                .gives(1)),
                new PlantedFault(
                        "conflict-kept",
                        "a conflicting entry goes, with all that follow it (paper figure 2, AppendEntries 3)",
                        in("Following", "take").call("RaftLog", "contains").by("reaches")),
                new PlantedFault(
                        "match-truncated",
                        "an entry that is here already stays (paper figure 2, AppendEntries 4)",
                        in("Following", "take").call("RaftLog", "contains").gives(0)),
                new PlantedFault(
                        "commit-beyond-the-request",
                        "a follower commits no more than the request proves (paper figure 2, AppendEntries 5)",
                        in("Following", "onAppendEntries")
                                .call("AppendEntries", "lastIndex")
                                .nth(2, 3)
                                .by("lastIndex", "group")),
                new PlantedFault(
                        "match-to-the-end-of-the-log",
                        "an answer proves what its request carried (design, One writer)",
                        in("Following", "onAppendEntries")
                                .call("AppendEntries", "lastIndex")
                                .nth(3, 3)
                                .by("lastIndex", "group")),
                new PlantedFault(
                        "heartbeat-commits-beyond-the-match",
                        "a heartbeat carries min(commitIndex, matchIndex) (design, One writer)",
                        in("Replication", "sendHeartbeat").call("Math", "min").by("first")),
                new PlantedFault(
                        "heartbeat-believed-after-a-loss",
                        "a heartbeat commits what was proven in this life alone (design, Membership)",
                        in("Following", "onHeartbeat")
                                .call("LogMatching", "provenIndex")
                                .gives(Long.MAX_VALUE)),
                new PlantedFault(
                        "loss-not-noticed",
                        "who reports less than it acknowledged to the leader is caught (design, Membership)",
                        in("Replication", "onRejected")
                                .call("Progress", "provesLoss")
                                .gives(0)),
                new PlantedFault(
                        "loss-not-asked-for",
                        "who refuses what it acknowledged is asked anew (design, Membership)",
                        in("Replication", "onRejected")
                                .call("Replication", "contradictsItself")
                                .gives(0)),
                new PlantedFault(
                        "heartbeat-moves-the-match",
                        "a heartbeat's success proves no entry (RATIS-2605)",
                        in("Acknowledgements", "onHeartbeatReply")
                                .call("Acknowledgements", "answered")
                                .resultBy("sentIsMatched")),
                new PlantedFault(
                        "quiet-before-all-match",
                        "a group is quiet only when all match and know it committed (design, Quiet groups)",
                        in("Quieting", "ask").call("Leading", "isSettled").gives(1),
                        in("Quieting", "onReply").call("Leading", "isSettled").gives(1),
                        in("Quieting", "onQuiet").comparison().nth(3, 5).gives(0),
                        in("Quieting", "onQuiet").comparison().nth(3, 4).gives(0)),
                new PlantedFault(
                        "quiet-for-ever",
                        "a lapse of a node's heartbeat wakes its groups (design, Quiet groups)",
                        in("Quieting", "onNodeLost").call("Map", "containsKey").gives(0)),
                new PlantedFault(
                        "backlog-without-bound",
                        "over the bound a proposal is refused at once (design, Back-pressure)",
                        in("Requests", "propose").comparison().nth(1, 2).gives(-1)),
                new PlantedFault(
                        "forwarded-in-another-term",
                        "a request is taken by the leader of the term it was sent to, or not at all (design, writes)",
                        in("Requests", "onForward").comparison().gives(0)));
    }
}
