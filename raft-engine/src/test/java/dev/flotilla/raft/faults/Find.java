package dev.flotilla.raft.faults;

import org.jspecify.annotations.Nullable;

/**
 * What became of the hunt for one fault.
 *
 * @param seeds how many were run, the one that found it last
 * @param said by the violation that found it; null if none did
 */
record Find(PlantedFault fault, long seeds, @Nullable String said) {
    private static final int SAID_MAX = 110;

    /** A table's head, in Markdown. */
    static String head() {
        return "| fault | the rule it breaks | seeds | what the simulator said |\n|---|---|---:|---|";
    }

    String row() {
        return "| `" + fault.name() + "` | " + fault.rule() + " | " + (said == null ? "> " : "") + seeds + " | "
                + (said == null ? "**not found**" : shortened(said)) + " |";
    }

    private static String shortened(String text) {
        String line = text.lines().findFirst().orElse("").replace("|", "\\|");
        return line.length() <= SAID_MAX ? line : line.substring(0, SAID_MAX) + "...";
    }
}
