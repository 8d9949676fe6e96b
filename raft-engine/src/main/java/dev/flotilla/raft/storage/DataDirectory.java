package dev.flotilla.raft.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's directory on disk: open to its owner only, used by one process at a time, of a format that this version
 * knows.
 */
public final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
    private static final String FORMAT_FILE = "format";
    private static final String KNOWN_FORMATS = Arrays.stream(LogKind.values())
            .map(kind -> String.valueOf(kind.format()))
            .collect(Collectors.joining(", "));

    private final Path path;
    private final DirectoryLock lock;
    private LogKind logKind;

    private DataDirectory(Path path, DirectoryLock lock, LogKind logKind) {
        this.path = path;
        this.lock = lock;
        this.logKind = logKind;
    }

    /**
     * Opens the directory, or makes it with a log on H2, and holds it until {@link #close}.
     *
     * @throws IOException if it is no directory, cannot be written to, is in use, or is of another format; the message
     *     names it
     */
    public static DataDirectory open(Path path) throws IOException {
        create(path);
        return open(path, present -> present.isPresent() ? present.get() : make(path, LogKind.H2));
    }

    /**
     * The same with a log of that kind.
     *
     * @throws IOException also if the directory was made with another kind of log; the message says how to convert it
     */
    public static DataDirectory open(Path path, LogKind logKind) throws IOException {
        create(path);
        return open(path, present -> {
            LogKind kind = present.isPresent() ? present.get() : make(path, logKind);
            if (kind != logKind) {
                throw new IOException("data directory " + path + " has its log in " + kind + ", not in " + logKind
                        + "; to convert it: flotilla log convert --to " + logKind + " --data " + path);
            }
            return kind;
        });
    }

    /**
     * Opens a directory that is there already, with a log of whichever kind.
     *
     * @throws IOException also if there is none, or it has no log yet
     */
    public static DataDirectory openExisting(Path path) throws IOException {
        if (!Files.exists(path.resolve(FORMAT_FILE))) {
            throw new IOException("there is no log in " + path);
        }
        return open(path, present -> present.orElseThrow(() -> new IOException("there is no log in " + path)));
    }

    @FunctionalInterface
    private interface Choice {
        /** Of the kind that the directory has, or empty for a new one. */
        LogKind of(Optional<LogKind> present) throws IOException;
    }

    private static DataDirectory open(Path path, Choice choice) throws IOException {
        DirectoryLock lock = DirectoryLock.acquire(path);
        try {
            forceNames(path);
            return new DataDirectory(path, lock, choice.of(readFormat(path)));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** What has a name here may have it in the page cache alone: whoever gave it may have been killed before the sync. */
    private static void forceNames(Path path) throws IOException {
        try {
            DurableFiles.syncDirectory(path);
            DurableFiles.syncDirectoryOf(path);
        } catch (AccessDeniedException e) {
            LOG.debug("the directory above {} is somebody else's, who made this one", path, e);
        } catch (IOException e) {
            throw new IOException("data directory " + path + " cannot be forced to the disk: " + e.getMessage(), e);
        }
    }

    /**
     * Makes the directory, with those above it, unless it is there.
     *
     * @throws IOException if that is not possible, or something else has that name
     */
    public static void create(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        try {
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                DurableFiles.createDirectories(parent);
            }
            Files.createDirectory(path, ownerOnly(path));
            if (parent != null) {
                DurableFiles.syncDirectory(parent);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException("data directory " + path + " cannot be made: " + e.getFile() + " is a file", e);
        } catch (IOException e) {
            throw new IOException("data directory " + path + " cannot be made: " + e, e);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path path) {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Empty for a directory without a log. */
    private static Optional<LogKind> readFormat(Path path) throws IOException {
        Path file = path.resolve(FORMAT_FILE);
        if (!Files.exists(file)) {
            for (LogKind kind : LogKind.values()) {
                if (Files.exists(path.resolve(kind.fileName()))) {
                    throw new IOException("data directory " + path + " is damaged: it has a log, "
                            + path.resolve(kind.fileName()) + ", but no file '" + FORMAT_FILE + "'");
                }
            }
            return Optional.empty();
        }
        String format = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
        if (!format.matches("[0-9]{1,9}")) {
            throw new IOException(
                    "data directory " + path + " is damaged: its file '" + FORMAT_FILE + "' does not hold a number");
        }
        for (LogKind kind : LogKind.values()) {
            if (kind.format() == Integer.parseInt(format)) {
                return Optional.of(kind);
            }
        }
        throw new IOException("data directory " + path + " has format " + format
                + ", which this version does not know (it knows " + KNOWN_FORMATS + "): use a newer one");
    }

    private static LogKind make(Path path, LogKind kind) throws IOException {
        DurableFiles.replace(path.resolve(FORMAT_FILE), (kind.format() + "\n").getBytes(StandardCharsets.US_ASCII));
        return kind;
    }

    /** The log of the other kind, which is complete, takes the place of the present one, in one step. */
    public void switchTo(LogKind kind) throws IOException {
        make(path, kind);
        logKind = kind;
    }

    /** What the log is kept in. */
    public LogKind logKind() {
        return logKind;
    }

    public Path path() {
        return path;
    }

    /** Where the log is. */
    public Path logFile() {
        return logFile(logKind);
    }

    /** Where a log of that kind is, if there is one. */
    public Path logFile(LogKind kind) {
        return path.resolve(kind.fileName());
    }

    /** Where the snapshots are, for {@link FileSnapshotStore}. */
    public Path snapshots() {
        return path.resolve("snapshots");
    }

    /** Lets go of the directory. Idempotent. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
