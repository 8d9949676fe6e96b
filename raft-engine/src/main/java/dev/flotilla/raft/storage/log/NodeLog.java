package dev.flotilla.raft.storage.log;

import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import dev.flotilla.raft.storage.segment.SegmentedLogStorage;
import java.io.IOException;
import java.nio.file.Path;

/** Opens logs by their kind. */
public final class NodeLog {
    private NodeLog() {}

    /**
     * Opens the log of that directory, or makes it, of the kind that the directory was made with.
     *
     * @throws IOException if it is damaged, of a newer format, or the disk fails; the message names the file
     */
    public static LogStorage open(DataDirectory data) throws IOException {
        return open(data.logKind(), data.logFile());
    }

    static LogStorage open(LogKind kind, Path file) throws IOException {
        return switch (kind) {
            case H2 -> H2LogStorage.open(file);
            case SEGMENTS -> SegmentedLogStorage.open(file);
        };
    }
}
