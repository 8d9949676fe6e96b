package dev.flotilla.raft.faults;

import static dev.flotilla.raft.faults.Place.in;

import java.util.List;
import org.objectweb.asm.Opcodes;

/** Faults in what waits for the disk (DESIGN.md section 4, Durability), and in snapshots. */
final class DurabilityFaults {
    private DurabilityFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                new PlantedFault(
                        "vote-not-persisted",
                        "a vote is durable before it is told (paper figure 2, persistent state)",
                        in("TermAndVote", "voteFor").assignment("changed").skipped()),
                new PlantedFault(
                        "term-not-persisted",
                        "a term is durable before it is told (paper figure 2, persistent state)",
                        in("TermAndVote", "adoptTerm").assignment("changed").skipped()),
                new PlantedFault(
                        "effects-do-not-wait",
                        "effects wait for every Persist before them (design, Durability)",
                        in("Durability", "emit").call("Durability", "flush").skipped()),
                new PlantedFault(
                        "own-vote-counts-at-once",
                        "a peer's own vote counts once durable (design, Durability)",
                        in("Election", "onPersisted")
                                .call("Durability", "isDurable")
                                .gives(1),
                        in("Election", "campaign").endsWith("onPersisted")),
                new PlantedFault(
                        "own-match-counts-at-once",
                        "a leader's own match counts once durable (thesis §10.2.1)",
                        in("Leadership", "matchIndex")
                                .call("Group", "durableIndex")
                                .by("lastIndex")),
                new PlantedFault(
                        "truncated-and-still-durable",
                        "what is truncated is durable no more (design, Durability)",
                        in("Durability", "truncatedAfter")
                                .assignment("durableIndex")
                                .skipped()),
                new PlantedFault(
                        "snapshot-over-a-newer-state",
                        "a snapshot replaces an older state alone (paper figure 13)",
                        in("Following", "onInstallSnapshot")
                                .comparison()
                                .nth(2, 3)
                                .gives(1),
                        in("Following", "onSnapshotReceived").comparison().gives(1),
                        in("Group", "install").call("Invariant", "check").skipped()),
                new PlantedFault(
                        "snapshot-claims-one-entry-more",
                        "a snapshot's index is exact (design, Snapshots)",
                        in("Following", "reply").call("SnapshotMeta", "index").by("oneMore")),
                new PlantedFault(
                        "log-compacted-one-entry-too-far",
                        "the log begins where a snapshot ends, or before (paper §7)",
                        in("RaftCore", "onSnapshotTaken")
                                .operator("subtraction", Opcodes.LSUB)
                                .by("oneMore")));
    }
}
