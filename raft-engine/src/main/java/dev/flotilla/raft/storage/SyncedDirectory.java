package dev.flotilla.raft.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory in which files appear and vanish, and stay so. Once a sync of it has failed, nobody can tell which of the
 * changes that can be seen are on the disk, and a later sync that succeeds does not say: from then on it is of no use to
 * anybody until another process opens it. That one syncs it before it looks: a process may have been killed before it did.
 * (A file system that could not write its directories has made itself read-only, so that a sync after that tells.)
 * Thread-safe.
 */
final class SyncedDirectory {
    private final Path path;
    private @Nullable IOException failure; // guarded by this

    private SyncedDirectory(Path path) {
        this.path = path;
    }

    /** Opens that directory, or makes it. What is in it is not durable yet: see {@link #sync}. */
    static SyncedDirectory open(Path path) throws IOException {
        DurableFiles.createDirectories(path);
        return new SyncedDirectory(path);
    }

    Path path() {
        return path;
    }

    /** Throws an exception if what can be seen in it may not be there after a power loss. */
    synchronized void check() throws IOException {
        IOException earlier = failure;
        if (earlier != null) {
            throw new IOException(
                    "directory " + path + " is not used any more, since it could not be forced to the disk: "
                            + earlier.getMessage() + "; look at the disk, then start this peer again",
                    earlier);
        }
    }

    /** Makes files that appeared in it, or vanished, stay so. */
    synchronized void sync() throws IOException {
        check(); // the system tells of a failure once, and not to everybody
        try {
            DurableFiles.syncDirectory(path);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Gives {@code temporary}, which has been forced already, the name {@code target}, in one step. */
    void rename(Path temporary, Path target) throws IOException {
        check();
        DurableFiles.move(temporary, target);
        sync();
    }

    /** Replaces {@code target} by {@code content}: after a crash there is the old file or the new one. */
    void replace(Path target, byte[] content) throws IOException {
        check();
        DurableFiles.move(DurableFiles.writeBeside(target, content), target);
        sync();
    }
}
