package dev.flotilla.raft.faults;

import static dev.flotilla.raft.faults.Place.in;

import java.util.List;

/** Faults in who may speak (DESIGN.md section 4, Who may speak). */
final class AdmissionFaults {
    private AdmissionFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                new PlantedFault(
                        "outsiders-heard",
                        "who is no member is not heard (lotus 9888)",
                        in("SenderGate", "admits").call("SenderGate", "isKnown").gives(1)),
                new PlantedFault(
                        "certificates-unchecked",
                        "certificates lead to a known member (design, Who may speak)",
                        in("SenderGate", "onIntroduction")
                                .call("Certificates", "isChain")
                                .gives(1)));
    }
}
