package dev.flotilla.raft.driver;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs its tasks one after the other, in order, on threads that it shares. Every task runs, whatever those before it
 * throw, which is logged: what is left when the pool has shut down runs on the thread that finds it so.
 */
final class SerialExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);
    private static final int TURN_MAX = 64;

    private final Executor pool;
    private @Nullable ArrayDeque<Runnable> tasks; // guarded by this; null while nothing waits
    private boolean running; // guarded by this

    SerialExecutor(Executor pool) {
        this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            if (tasks == null) {
                tasks = new ArrayDeque<>(2);
            }
            tasks.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        takeTurn();
    }

    private void takeTurn() {
        try {
            pool.execute(this::run);
        } catch (RejectedExecutionException shutDown) {
            for (Runnable task = next(); task != null; task = next()) {
                run(task);
            }
        }
    }

    private void run() {
        for (int i = 0; i < TURN_MAX; i++) {
            Runnable task = next();
            if (task == null) {
                return;
            }
            run(task);
        }
        takeTurn();
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("a task failed", e);
        }
    }

    private @Nullable Runnable next() {
        synchronized (this) {
            Runnable task = tasks == null ? null : tasks.poll();
            running = task != null;
            if (task == null) {
                tasks = null;
            }
            return task;
        }
    }
}
