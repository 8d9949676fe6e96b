package dev.flotilla.raft.faults;

import static dev.flotilla.raft.faults.Place.in;

import java.util.List;

/** Faults in who decides (DESIGN.md section 4, Membership). */
final class MembershipFaults {
    private MembershipFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                new PlantedFault(
                        "learner-counts",
                        "learners are in no quorum (thesis §4.2.1)",
                        in("Quorum", "agreed").reference("Member", "votes").by("everybody")),
                new PlantedFault(
                        "joint-asks-the-new-list-alone",
                        "a joint configuration needs both majorities (paper §6)",
                        in("Quorum", "agreed").call("Configuration", "isJoint").gives(0)),
                new PlantedFault(
                        "joint-asks-the-old-list-alone",
                        "a joint configuration needs both majorities (paper §6)",
                        in("Quorum", "agreed").call("Math", "min").by("second")),
                new PlantedFault(
                        "configuration-in-force-at-commit",
                        "a configuration is in force once appended (paper §6)",
                        in("Group", "configuration")
                                .call("RaftLog", "configured")
                                .by("committedOnly", "this")),
                new PlantedFault(
                        "second-change-at-once",
                        "one change at a time (paper §6)",
                        in("ChangeRules", "busy")
                                .call("Group", "isConfigurationCommitted")
                                .gives(1),
                        in("ChangeRules", "busy")
                                .call("Configuration", "isJoint")
                                .gives(0)),
                new PlantedFault(
                        "removed-leader-stays",
                        "a leader steps down once its removal is committed (paper §6)",
                        in("Leading", "onCommit").call("SortedSet", "contains").gives(1)),
                new PlantedFault(
                        "last-voter-removed",
                        "the last voter cannot go (design, Membership)",
                        in("ChangeRules", "notAllowed")
                                .call("Stream", "noneMatch")
                                .gives(0),
                        in("ChangeRules", "quorum").call("Quorum", "reached").gives(1)),
                new PlantedFault(
                        "hollow-entries-count",
                        "entries without their commands are lacking to who is no witness (design, Membership)",
                        in("Group", "judgeHollow")
                                .call("Group", "needsCommands")
                                .gives(0)),
                new PlantedFault(
                        "hollow-entries-passed-over-too-early",
                        "only who is a witness for good passes over commands (design, Membership)",
                        in("Commitment", "givableIndex")
                                .call("Group", "isForWitness")
                                .gives(1)),
                new PlantedFault(
                        "store-ignored-in-votes",
                        "votes from another store id count for nothing (design, Membership)",
                        in("SenderGate", "isKnown")
                                .call("Configuration", "contains")
                                .nth(1, 2)
                                .by("ofAnyStore"),
                        in("Incoming", "onAdmitted")
                                .call("Configuration", "contains")
                                .by("ofAnyStore"),
                        in("Votes", "isIn").call("StoreId", "equals").by("isAny")),
                new PlantedFault(
                        "store-ignored-in-acknowledgements",
                        "acknowledgements from another store id count for nothing (design, Membership)",
                        in("SenderGate", "isKnown")
                                .call("Configuration", "contains")
                                .nth(1, 2)
                                .by("ofAnyStore"),
                        in("Incoming", "onAdmitted")
                                .call("Configuration", "contains")
                                .by("ofAnyStore"),
                        in("Acknowledgements", "answered")
                                .call("StoreId", "equals")
                                .by("isAny")));
    }
}
