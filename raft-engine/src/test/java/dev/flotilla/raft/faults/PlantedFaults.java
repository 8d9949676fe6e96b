package dev.flotilla.raft.faults;

import java.util.List;
import java.util.stream.Stream;

/** All faults that the simulator must find. */
final class PlantedFaults {
    private PlantedFaults() {}

    static List<PlantedFault> all() {
        return Stream.of(
                        ElectionFaults.all(),
                        DurabilityFaults.all(),
                        ReplicationFaults.all(),
                        MembershipFaults.all(),
                        ReadFaults.all(),
                        AdmissionFaults.all())
                .flatMap(List::stream)
                .toList();
    }
}
