package dev.flotilla.raft.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Entries that are read back from the log for followers that are behind, over all groups of a node: bounded in bytes from
 * the reading until the group has taken them, so that slow followers do not fill the heap. Those that a majority waits for
 * come first, and half of the room is theirs alone: learners, however many and however far behind, do not slow the voters.
 * Thread-safe.
 */
final class LoadQueue {
    /** Reads, and runs {@code taken} once, from any thread, when what was read is not held any longer. */
    interface Load {
        void run(Runnable taken);
    }

    private record Waiting(long bytes, Load load) {}

    private final Executor reading;
    private final long bytesMax;
    private final Deque<Waiting> urgent = new ArrayDeque<>(); // guarded by this, as all below
    private final Deque<Waiting> others = new ArrayDeque<>();
    private long heldBytes;

    /**
     * A queue whose loads run on {@code reading}.
     *
     * @param bytesMax held at a time; one load that is larger runs alone
     */
    LoadQueue(Executor reading, long bytesMax) {
        this.reading = reading;
        this.bytesMax = bytesMax;
    }

    /** Runs {@code load}, which reads about {@code bytes}, when there is room for it. */
    void add(boolean isUrgent, long bytes, Load load) {
        synchronized (this) {
            (isUrgent ? urgent : others).addLast(new Waiting(bytes, load));
        }
        runNext();
    }

    private void runNext() {
        for (Waiting next = take(); next != null; next = take()) {
            Waiting taken = next;
            reading.execute(() -> taken.load().run(() -> release(taken.bytes())));
        }
    }

    private synchronized @Nullable Waiting take() {
        Waiting next = fits(urgent.peekFirst(), bytesMax) ? urgent.pollFirst() : null;
        if (next == null && fits(others.peekFirst(), bytesMax / 2)) {
            next = others.pollFirst();
        }
        heldBytes += next == null ? 0 : next.bytes();
        return next;
    }

    private boolean fits(@Nullable Waiting waiting, long max) {
        return waiting != null && (heldBytes == 0 || heldBytes + waiting.bytes() <= max);
    }

    private void release(long bytes) {
        synchronized (this) {
            heldBytes -= bytes;
        }
        runNext();
    }
}
