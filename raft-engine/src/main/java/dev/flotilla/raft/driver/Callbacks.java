package dev.flotilla.raft.driver;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what belongs to the application on a few threads: completes futures, calls listeners. Of what ends at one moment,
 * one thread runs many: to wake another for each costs more than they do. Behind one that does not come back, the others
 * wait no longer than until more ends, or {@link #lookAfter} is called. Thread-safe.
 */
final class Callbacks implements Executor {
    /** As many of those that end at one moment as one thread is woken for. */
    static final int TOGETHER_MAX = 128;

    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private final Executor pool;
    private final Queue<Runnable> together = new ConcurrentLinkedQueue<>(); // one for each outstanding request at most

    Callbacks(Executor pool) {
        this.pool = pool;
    }

    /** Runs {@code task}; on the caller's thread once the pool is closed. */
    @Override
    public void execute(Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    /** Runs {@code tasks}, which are short, in any order, and what earlier ones left. */
    void executeAll(List<Runnable> tasks) {
        together.addAll(tasks);
        for (int woken = 0; woken < tasks.size(); woken += TOGETHER_MAX) {
            execute(this::runTogether);
        }
    }

    /** Goes on with what waits behind a task that does not come back. */
    void lookAfter() {
        if (!together.isEmpty()) {
            execute(this::runTogether);
        }
    }

    private void runTogether() {
        for (Runnable task = together.poll(); task != null; task = together.poll()) {
            try {
                task.run();
            } catch (Throwable e) {
                LOG.error("a callback failed", e);
            }
        }
    }
}
