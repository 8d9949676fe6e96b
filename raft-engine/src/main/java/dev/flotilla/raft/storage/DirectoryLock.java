package dev.flotilla.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One process a data directory: a lock on the file {@value #FILE_NAME} in it, which the operating system lets go when
 * the process ends, however it ends. The file holds the process id of who locked it last.
 */
public final class DirectoryLock implements AutoCloseable {
    static final String FILE_NAME = "lock";
    private static final int PID_BYTES_MAX = 20;

    // Static, since POSIX locks belong to the process: closing a second channel to the file would end the first's lock.
    private static final Set<Path> HELD_BY_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    private final Path realPath;
    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(Path realPath, FileChannel channel, FileLock lock) {
        this.realPath = realPath;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Locks {@code directory}, which must exist, until {@link #close}.
     *
     * @throws IOException if another holder, in this process or another one, has it, or it cannot be written; the
     *     message names the directory
     */
    public static DirectoryLock acquire(Path directory) throws IOException {
        Path realPath = directory.toRealPath();
        if (!HELD_BY_THIS_PROCESS.add(realPath)) {
            throw new IOException("data directory " + directory + " is in use by this process");
        }
        try {
            return acquire(directory, realPath);
        } catch (IOException | RuntimeException e) {
            HELD_BY_THIS_PROCESS.remove(realPath);
            throw e;
        }
    }

    private static DirectoryLock acquire(Path directory, Path realPath) throws IOException {
        FileChannel channel = open(directory);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new IOException("data directory " + directory + " is in use by " + holder(channel));
            }
            channel.truncate(0);
            DurableFiles.writeFully(
                    channel,
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DirectoryLock(realPath, channel, lock);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel open(Path directory) throws IOException {
        try {
            return FileChannel.open(
                    directory.resolve(FILE_NAME),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (AccessDeniedException e) {
            throw new IOException("data directory " + directory + " cannot be written to", e);
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PID_BYTES_MAX);
        channel.read(bytes, 0);
        String pid = StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
        return pid.matches("[0-9]+") ? "process " + pid : "another process";
    }

    /** Lets go of the directory. Idempotent. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            try {
                lock.release();
            } finally {
                channel.close();
                HELD_BY_THIS_PROCESS.remove(realPath);
            }
        }
    }
}
