package dev.flotilla.raft.faults;

import java.util.List;

/**
 * A core with one rule broken.
 *
 * @param name short, with hyphens
 * @param rule what is broken, and where it is written
 */
record PlantedFault(String name, String rule, List<Edit> edits) {
    PlantedFault {
        edits = List.copyOf(edits);
    }

    PlantedFault(String name, String rule, Edit... edits) {
        this(name, rule, List.of(edits));
    }

    @Override
    public String toString() {
        return name;
    }
}
