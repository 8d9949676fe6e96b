package dev.flotilla.raft.storage;

import java.nio.file.Path;

/** One place of a log that is not as it should be. */
public record LogFinding(Path file, long offset, String what) {
    /** {@code file F offset N: what is wrong there}. */
    @Override
    public String toString() {
        return "file " + file + " offset " + offset + ": " + what;
    }
}
