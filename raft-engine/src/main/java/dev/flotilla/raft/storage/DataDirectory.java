package dev.flotilla.raft.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A node's directory on disk: open to its owner only, used by one process at a time, of a format that this version
 * knows.
 */
public final class DataDirectory implements AutoCloseable {
    private static final String FORMAT_FILE = "format";
    private static final int FORMAT = 1;

    private final Path path;
    private final DirectoryLock lock;

    private DataDirectory(Path path, DirectoryLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Opens the directory, or makes it, and holds it until {@link #close}.
     *
     * @throws IOException if it is no directory, cannot be written to, is in use, or is of another format; the message
     *     names it
     */
    public static DataDirectory open(Path path) throws IOException {
        create(path);
        DirectoryLock lock = DirectoryLock.acquire(path);
        try {
            checkFormat(path);
            return new DataDirectory(path, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
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

    private static void checkFormat(Path path) throws IOException {
        Path file = path.resolve(FORMAT_FILE);
        if (!Files.exists(file)) {
            DurableFiles.replace(file, (FORMAT + "\n").getBytes(StandardCharsets.US_ASCII));
            return;
        }
        String format = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
        if (!format.matches("[0-9]{1,9}")) {
            throw new IOException(
                    "data directory " + path + " is damaged: its file '" + FORMAT_FILE + "' does not hold a number");
        }
        if (Integer.parseInt(format) != FORMAT) {
            throw new IOException("data directory " + path + " has format " + format
                    + ", which this version does not know (it knows " + FORMAT + "): use a newer one");
        }
    }

    public Path path() {
        return path;
    }

    /** Where the log is, for the log on H2. */
    public Path logFile() {
        return path.resolve("log.mv");
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
