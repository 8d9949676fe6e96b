package dev.flotilla.raft.faults;

import static dev.flotilla.raft.faults.Place.in;

import java.util.List;
import org.objectweb.asm.Opcodes;

/** Faults in reads that are linearizable, by rounds or by leases (DESIGN.md section 4, Reads). */
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
                                .gives(1)),
                new PlantedFault(
                        "read-without-a-round",
                        "a read waits for a round of heartbeats (thesis §6.4)",
                        in("ReadIndex", "onRead")
                                .operator("addition", Opcodes.LADD)
                                .gives(0)),
                new PlantedFault(
                        "read-joins-a-round-under-way",
                        "a read waits for a round that started after it (thesis §6.4)",
                        in("ReadIndex", "onRead")
                                .operator("addition", Opcodes.LADD)
                                .by("first")),
                new PlantedFault(
                        "old-round-confirms-the-newest",
                        "an answer proves the round that it belongs to (design, One writer)",
                        in("Acknowledgements", "onHeartbeatReply")
                                .call("HeartbeatReply", "round")
                                .by("newestRound", "leading")),
                new PlantedFault(
                        "lease-without-end",
                        "a lease ends before any voter's promise does (thesis §6.4.1)",
                        in("Lease", "sinceNanos").call("Lease", "isOver").gives(0)),
                new PlantedFault(
                        "promise-broken",
                        "a voter's promise lasts as long as was agreed on, if that is longer than its time-out (thesis §6.4.1)",
                        in("Stickiness", "promisedNanos")
                                .call("Configuration", "allowsLeaseReads")
                                .gives(0)),
                new PlantedFault(
                        "promise-forgotten-at-restart",
                        "a restarted voter keeps what it may have promised (design, Reads)",
                        in("Stickiness", "bindFromStart")
                                .assignment("startNanos")
                                .skipped()));
    }
}
