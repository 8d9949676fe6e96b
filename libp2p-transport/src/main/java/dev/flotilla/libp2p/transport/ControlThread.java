package dev.flotilla.libp2p.transport;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which a transport decides, and its timers. What comes after {@link #close} is dropped. */
final class ControlThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);
    private static final long CLOSE_SECONDS_MAX = 5;

    private final ScheduledThreadPoolExecutor executor;
    private volatile boolean closed;

    ControlThread() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "libp2p-transport");
            made.setDaemon(true);
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** A timer that can be stopped. */
    @FunctionalInterface
    interface Timer {
        /** One that has run out. */
        Timer NONE = () -> {};

        void cancel();
    }

    @Override
    public void execute(Runnable task) {
        if (closed) {
            return;
        }
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.trace("closed meanwhile");
        }
    }

    Timer schedule(Duration delay, Runnable task) {
        if (closed) {
            return Timer.NONE;
        }
        try {
            var future = executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed meanwhile");
            return Timer.NONE;
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a task of the transport failed", e);
            }
        };
    }

    /** Runs {@code last} after all that was given before, and nothing any more. Waits for it, though not for ever. */
    void close(Runnable last) {
        execute(last);
        close();
    }

    @Override
    public void close() {
        closed = true;
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("the transport's thread is still busy after {} s", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
