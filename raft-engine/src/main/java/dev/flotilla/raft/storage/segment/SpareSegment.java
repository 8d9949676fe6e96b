package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The space of the next segment, made beforehand and aside, so that no round waits until so many zeros are on the disk.
 * Nothing of the log is in it: what goes wrong here leaves no spare, and the segment is made when it is needed. A file
 * that a crash leaves behind is removed at the next start. Thread-safe.
 */
final class SpareSegment {
    private static final Logger LOG = LoggerFactory.getLogger(SpareSegment.class);

    private enum State {
        NONE,
        UNDER_WAY,
        READY
    }

    private final Disk disk;
    private final Path path;
    private final int fileBytes;
    private final Executor aside;
    private State state = State.NONE; // guarded by this
    private boolean unwanted; // guarded by this; no more are made

    SpareSegment(Disk disk, SegmentNames names, int fileBytes, Executor aside) {
        this.disk = disk;
        this.path = names.spare();
        this.fileBytes = fileBytes;
        this.aside = aside;
    }

    /** Has one made unless there is one. */
    void prepare() {
        synchronized (this) {
            if (state != State.NONE || unwanted) {
                return;
            }
            state = State.UNDER_WAY;
        }
        try {
            aside.execute(this::make);
        } catch (RuntimeException | Error e) { // no thread is to be had
            LOG.info("no space is made for the log beforehand: {}", e.toString());
            ended(false);
        }
    }

    private void make() {
        boolean made = false;
        try {
            Segment.allocate(disk, path, fileBytes);
            made = true;
        } catch (IOException e) {
            LOG.info("no space is made for the log beforehand: {}", e.getMessage());
            remove();
        } finally {
            ended(made);
        }
    }

    private synchronized void ended(boolean made) {
        state = made ? State.READY : State.NONE;
        unwanted |= !made; // the disk is full or fails: what is left of it is for the log itself
        notifyAll();
    }

    /** The file, which is the caller's from now on, if there is one of that size; else null. */
    @Nullable
    Path take(int bytes) {
        synchronized (this) {
            if (state != State.READY || bytes != fileBytes) {
                return null;
            }
            state = State.NONE;
            return path;
        }
    }

    /** No more are made; what is there stays. */
    synchronized void stop() {
        unwanted = true;
    }

    /** Removes it, once nobody is making it any more. */
    void close() {
        boolean isThere;
        synchronized (this) {
            unwanted = true;
            while (state == State.UNDER_WAY) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return; // the next start removes it
                }
            }
            isThere = state == State.READY;
            state = State.NONE;
        }
        if (isThere) {
            remove();
        }
    }

    private void remove() {
        try {
            disk.delete(path);
        } catch (IOException e) {
            LOG.debug("{} is left behind until the next start: {}", path, e.getMessage());
        }
    }
}
