package dev.flotilla.peer.daemon;

import dev.flotilla.raft.storage.DurableFiles;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A small file, read and replaced as a whole. Only its owner can read it. */
public final class SmallFile {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final long BYTES_MAX = 16 << 20;

    private final Path path;

    public SmallFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Makes a directory that only its owner can enter, if there is none; it stays so. */
    static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                DurableFiles.createDirectories(parent);
            }
            Files.createDirectory(directory, ownerOnly(directory, OWNER_DIRECTORY));
            DurableFiles.syncDirectoryOf(directory);
        }
    }

    /** The content, or empty if there is no such file. */
    Optional<Bytes> read() throws IOException {
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw new IOException(path + " is larger than " + BYTES_MAX + " bytes");
            }
            return Optional.of(Bytes.wrap(Files.readAllBytes(path)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Replaces the content: the old is there, or the new, whenever the power goes. */
    void write(Bytes content) throws IOException {
        Path fresh = writeBeside(content);
        try {
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.delete(fresh);
            throw new IOException("this file system cannot replace " + path + " at once", e);
        }
        syncDirectory();
    }

    /**
     * Writes a file that is not there yet.
     *
     * @throws java.nio.file.FileAlreadyExistsException if it is; it stays as it was
     */
    public void create(Bytes content) throws IOException {
        Path fresh = writeBeside(content);
        try {
            Files.createLink(path, fresh);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) { // there is one name a file here
            Files.move(fresh, path);
        } finally {
            Files.deleteIfExists(fresh);
        }
        syncDirectory();
    }

    private Path writeBeside(Bytes content) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        Path fresh = Files.createTempFile(directory, path.getFileName() + ".", ".new", ownerOnly(path, OWNER_ONLY));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            var remaining = content.asByteBuffer();
            while (remaining.hasRemaining()) {
                channel.write(remaining);
            }
            channel.force(true);
        } catch (IOException e) {
            Files.delete(fresh);
            throw e;
        }
        return fresh;
    }

    private void syncDirectory() throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (directory != null && knowsPermissions(directory)) { // where there are none, directories cannot be opened
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    /** Who else may do something with the file, as {@code rw-r--r--}; empty if nobody, or if there are no such rights. */
    Optional<String> openToOthers() throws IOException {
        if (!knowsPermissions(path)) {
            return Optional.empty();
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        boolean ownerOnly = permissions.stream().allMatch(OWNER_DIRECTORY::contains);
        return ownerOnly ? Optional.empty() : Optional.of(PosixFilePermissions.toString(permissions));
    }

    private static FileAttribute<?>[] ownerOnly(Path path, Set<PosixFilePermission> permissions) {
        return knowsPermissions(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private static boolean knowsPermissions(Path path) {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS) != null;
    }
}
