package dev.flotilla.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that survive a power loss: forced to the disk before they get their name, and their directory after it. */
public final class DurableFiles {
    // A directory cannot be opened for fsync there; the file system's journal orders its changes.
    private static final boolean DIRECTORIES_CAN_BE_SYNCED =
            !System.getProperty("os.name", "").startsWith("Windows");

    private DurableFiles() {}

    /** Makes files that appeared in, or vanished from, {@code directory} stay so. */
    public static void syncDirectory(Path directory) throws IOException {
        if (DIRECTORIES_CAN_BE_SYNCED) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Makes {@code file} stay under the name that it has. */
    public static void syncDirectoryOf(Path file) throws IOException {
        syncDirectory(parentOf(file));
    }

    /** Makes {@code directory}, with those above it, unless it is there; it stays so. */
    public static void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                createDirectories(parent);
            }
            Files.createDirectories(directory);
            syncDirectory(parentOf(directory));
        }
    }

    /** Gives {@code temporary}, which has been forced already, the name {@code target}, in one step. */
    public static void rename(Path temporary, Path target) throws IOException {
        move(temporary, target);
        syncDirectory(parentOf(target));
    }

    /** The same, but it has the name for good once its directory is synced. */
    static void move(Path temporary, Path target) throws IOException {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Replaces {@code target} by {@code content}: after a crash there is the old file or the new one. */
    public static void replace(Path target, byte[] content) throws IOException {
        rename(writeBeside(target, content), target);
    }

    /** Writes what {@code target} shall be under another name, and forces it. */
    static Path writeBeside(Path target, byte[] content) throws IOException {
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeFully(channel, ByteBuffer.wrap(content));
            channel.force(true);
        }
        return temporary;
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static Path parentOf(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("a file has a directory, " + file + " has none");
        }
        return parent;
    }
}
