package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes the log. Whatever rounds are waiting when the last write is done go down in one write: the
 * slower the disk, the larger the write. After a failure nothing is written any more, and nothing is tried again.
 */
final class StorageThread {
    private static final long NOW_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int USUAL_OF = 8; // writes, for the average

    private record Submitted(List<GroupWrite> writes, CompletableFuture<Void> durable) {}

    private final LogStorage log;
    private final Meters meters;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private final Object lock = new Object();
    private List<Submitted> waiting = new ArrayList<>();
    private @Nullable Throwable failure;
    private boolean writing; // some thread is
    private boolean closed;
    private long usualNanos; // guarded by lock; what a write took of late

    StorageThread(LogStorage log, Meters meters, Consumer<Throwable> onFailure) {
        this.log = log;
        this.meters = meters;
        this.onFailure = onFailure;
        this.thread = new RaftThread(this::run, "raft-storage");
    }

    void start() {
        thread.start();
    }

    /** The future completes on the storage thread, in the order of submission, once the writes are durable. */
    CompletableFuture<Void> submit(List<GroupWrite> writes) {
        CompletableFuture<Void> durable = new CompletableFuture<>();
        Throwable refused;
        synchronized (lock) {
            refused = failure != null ? failure : closed ? new IOException("the node is closed") : null;
            if (refused == null) {
                waiting.add(new Submitted(writes, durable));
                lock.notifyAll();
            }
        }
        if (refused != null) {
            durable.completeExceptionally(refused);
        }
        return durable;
    }

    /**
     * Writes on the caller's thread, which spares two hand-overs, if nobody else writes or waits and writes are fast. False
     * if that is not so: then nothing happened. True once the writes are durable, or have failed, which is reported.
     *
     * @param onDurable run if they are durable
     */
    boolean writeNow(List<GroupWrite> writes, Runnable onDurable) {
        synchronized (lock) {
            if (usualNanos > NOW_NANOS_MAX || writing || !waiting.isEmpty() || closed || failure != null) {
                return false;
            }
            writing = true;
        }
        boolean isDurable;
        try {
            isDurable = write(List.of(new Submitted(writes, new CompletableFuture<>()))) == null;
        } finally {
            written();
        }
        if (isDurable) {
            onDurable.run();
        }
        return true;
    }

    private void written() {
        synchronized (lock) {
            writing = false;
            if (closed || !waiting.isEmpty()) { // else there is nothing to wake the storage thread for
                lock.notifyAll();
            }
        }
    }

    private void run() {
        for (List<Submitted> rounds = next(); !rounds.isEmpty(); rounds = next()) {
            Throwable failed = write(rounds);
            for (Submitted round : rounds) {
                if (failed == null) {
                    round.durable.complete(null);
                } else {
                    round.durable.completeExceptionally(failed);
                }
            }
            written(); // now, so that nobody hears of a later round first
        }
    }

    /** Everything that waits; empty once closed and nothing does. */
    private List<Submitted> next() {
        synchronized (lock) {
            while (writing || (waiting.isEmpty() && !closed)) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    // Nobody but the node may end this thread: what was accepted is written or fails.
                    closed = true;
                }
            }
            List<Submitted> rounds = waiting;
            waiting = new ArrayList<>();
            writing = !rounds.isEmpty();
            return rounds;
        }
    }

    private @Nullable Throwable write(List<Submitted> rounds) {
        Throwable before;
        synchronized (lock) {
            before = failure;
        }
        if (before != null) {
            return before;
        }
        List<GroupWrite> merged = new ArrayList<>();
        rounds.forEach(round -> merged.addAll(round.writes));
        try {
            if (!merged.isEmpty()) {
                long begin = System.nanoTime();
                log.write(merged);
                long took = System.nanoTime() - begin;
                synchronized (lock) {
                    usualNanos += (took - usualNanos) / USUAL_OF;
                }
                meters.time(Metric.LOG_WRITES, took);
                merged.forEach(this::meter);
            }
            return null;
        } catch (Throwable e) {
            synchronized (lock) {
                failure = e;
            }
            onFailure.accept(e);
            return e;
        }
    }

    private void meter(GroupWrite write) {
        if (write instanceof GroupWrite.Append append) {
            for (Entry entry : append.entries()) {
                meters.count(Metric.LOG_ENTRIES);
                meters.add(Metric.LOG_BYTES, entry.sizeBytes());
            }
        }
    }

    /** Writes what waits and ends the thread. */
    void close() throws InterruptedException {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        thread.join();
    }
}
