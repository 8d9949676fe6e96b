package dev.flotilla.raft.faults;

import static dev.flotilla.raft.faults.Place.in;

import java.util.List;

/** Faults in linearizable reads (DESIGN.md section 4, Reads). */
final class ReadFaults {
    private ReadFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                new PlantedFault(
                        "no-noop",
                        "a leader commits an empty entry of its term first (paper §8)",
                        in("Leading", "won").call("Group", "append").skipped()),
                new PlantedFault(
                        "read-before-the-own-term",
                        "no read before an entry of the own term is committed (etcd 7331)",
                        in("ReadIndex", "onRead")
                                .call("Leadership", "hasCommittedInTerm")
                                .gives(1)));
    }
}
