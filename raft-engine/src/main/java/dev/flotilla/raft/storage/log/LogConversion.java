package dev.flotilla.raft.storage.log;

import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.DurableFiles;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Turns the log of a data directory into one of the other kind. The new one is made beside the old one, closed, opened
 * again and compared; then the directory's format changes in one step, and the old one goes. Interrupted before that step,
 * the directory is as it was, and what was made is removed by the next conversion; interrupted after it, the new log is in
 * use, and what is left of the old one is never looked at again.
 */
public final class LogConversion {
    /** What a conversion did. */
    public record Report(LogKind from, LogKind to, int groups, long entries, Optional<Path> kept) {}

    private final DataDirectory data;
    private final LogKind to;
    private final Consumer<String> onStep;

    /** @param onStep is told of each step before it is done, for people */
    public LogConversion(DataDirectory data, LogKind to, Consumer<String> onStep) {
        this.data = data;
        this.to = to;
        this.onStep = onStep;
    }

    /**
     * Converts.
     *
     * @param keepOld the old log stays, under its name and {@code .old}
     * @throws IOException if the log is of that kind already, is damaged, or the disk fails; the directory is usable
     */
    public Report run(boolean keepOld) throws IOException {
        LogKind from = data.logKind();
        if (from == to) {
            throw new IOException("the log of data directory " + data.path() + " is in " + to + " already");
        }
        Path oldFile = data.logFile(from);
        Path newFile = data.logFile(to);
        onStep.accept("making the new log");
        deleteAll(newFile);
        long entries = 0;
        int groups = 0;
        if (Files.exists(oldFile)) {
            try (LogStorage source = NodeLog.open(from, oldFile)) {
                groups = source.groups().size();
                try (LogStorage target = NodeLog.open(to, newFile)) {
                    entries = new LogCopy(source, target).copy();
                }
                onStep.accept("comparing it with the old one");
                compare(source, newFile);
            }
        }
        onStep.accept("putting it into place");
        data.switchTo(to);
        return new Report(from, to, groups, entries, retire(oldFile, keepOld));
    }

    private void compare(LogStorage source, Path newFile) throws IOException {
        try (LogStorage target = NodeLog.open(to, newFile)) {
            Optional<String> difference = new LogCopy(source, target).difference();
            if (difference.isPresent()) {
                throw new IOException("the new log " + newFile + " does not hold what the old one does, but differs in "
                        + difference.get() + "; the old one stays in use");
            }
        }
    }

    private Optional<Path> retire(Path oldFile, boolean keepOld) throws IOException {
        if (!Files.exists(oldFile)) {
            return Optional.empty();
        }
        if (!keepOld) {
            onStep.accept("removing the old log");
            deleteAll(oldFile);
            return Optional.empty();
        }
        onStep.accept("keeping the old log");
        Path kept = oldFile.resolveSibling(oldFile.getFileName() + ".old");
        deleteAll(kept);
        DurableFiles.rename(oldFile, kept);
        return Optional.of(kept);
    }

    /** Removes a file, or a directory of files. */
    private void deleteAll(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        if (Files.deleteIfExists(path)) {
            DurableFiles.syncDirectory(data.path());
        }
    }
}
