package dev.flotilla.raft.storage;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How a data directory keeps its log. The directory's format number says which. */
public enum LogKind {
    /** One file of H2's MVStore. */
    H2("h2", 1, "log.mv"),
    /** A directory of append-only segments. */
    SEGMENTS("segments", 2, "log.segments");

    private final String text;
    private final int format;
    private final String fileName;

    LogKind(String text, int format, String fileName) {
        this.text = text;
        this.format = format;
        this.fileName = fileName;
    }

    /**
     * Reads {@code h2} or {@code segments}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static LogKind parse(String text) {
        return Arrays.stream(values())
                .filter(kind -> kind.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no log '" + text + "'; there are "
                        + Arrays.stream(values()).map(LogKind::toString).collect(Collectors.joining(", "))));
    }

    int format() {
        return format;
    }

    String fileName() {
        return fileName;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return text;
    }
}
