package dev.flotilla.raft.driver;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs its tasks one after the other, in order, on threads that it shares. Every task runs: what is left when the pool
 * has shut down runs on the thread that finds it so.
 */
final class SerialExecutor implements Executor {
    private static final int TURN_MAX = 64;

    private final Executor pool;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    SerialExecutor(Executor pool) {
        this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (tasks) {
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
                task.run();
            }
        }
    }

    private void run() {
        for (int i = 0; i < TURN_MAX; i++) {
            Runnable task = next();
            if (task == null) {
                return;
            }
            task.run();
        }
        takeTurn();
    }

    private @Nullable Runnable next() {
        synchronized (tasks) {
            Runnable task = tasks.poll();
            running = task != null;
            return task;
        }
    }
}
