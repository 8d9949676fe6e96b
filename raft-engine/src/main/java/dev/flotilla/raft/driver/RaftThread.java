package dev.flotilla.raft.driver;

/** A thread of a node: one that must not wait for the node's other threads. */
final class RaftThread extends Thread {
    RaftThread(Runnable task, String name) {
        super(task, name);
        setDaemon(true);
    }

    static boolean isCurrent() {
        return Thread.currentThread() instanceof RaftThread;
    }
}
