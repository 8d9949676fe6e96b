package dev.flotilla.consensus;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads that need no closing: daemons that appear when needed and go when idle. */
final class DaemonThreads {
    private static final long IDLE_SECONDS = 5;

    private DaemonThreads() {}

    /** A thread for each task that runs: one that blocks keeps no other waiting. */
    static Executor named(String name) {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
