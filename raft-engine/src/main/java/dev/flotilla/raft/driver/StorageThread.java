package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes the log. Whatever rounds are waiting when the last write is done go down in one write: the
 * slower the disk, the larger the write. After a failure nothing is written any more, and nothing is tried again.
 */
final class StorageThread {
    private record Submitted(List<GroupWrite> writes, CompletableFuture<Void> durable) {}

    private final LogStorage log;
    private final Meters meters;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private final Object lock = new Object();
    private List<Submitted> waiting = new ArrayList<>();
    private @Nullable Throwable failure;
    private boolean closed;

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
        }
    }

    /** Everything that waits; empty once closed and nothing does. */
    private List<Submitted> next() {
        synchronized (lock) {
            while (waiting.isEmpty() && !closed) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    // Nobody but the node may end this thread: what was accepted is written or fails.
                    closed = true;
                }
            }
            List<Submitted> rounds = waiting;
            waiting = new ArrayList<>();
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
                meters.time(Metric.LOG_WRITES, System.nanoTime() - begin);
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
