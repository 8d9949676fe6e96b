package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.transport.PeerId;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Certificates that are signed or verified, which takes milliseconds each, over all groups of a node: aside from the
 * event loops, which thousands of groups that begin at once would otherwise keep from their heartbeats. Bounded in number:
 * what is too much is dropped, and asked for again by whoever needs it. Thread-safe.
 */
final class SignatureQueue {
    private record Waiting(GenesisId genesis, PeerId subject) {}

    private final Executor signing;
    private final int waitingMax;
    private final Set<Waiting> waiting = new HashSet<>(); // guarded by this

    /**
     * An empty queue whose tasks run on {@code signing}, which may drop what it is given when the node closes.
     *
     * @param waitingMax certificates that wait at a time
     */
    SignatureQueue(Executor signing, int waitingMax) {
        this.signing = signing;
        this.waitingMax = waitingMax;
    }

    /** Runs {@code task}, which signs or verifies what is for {@code subject}, unless one for that waits already. */
    void add(GenesisId genesis, PeerId subject, Runnable task) {
        Waiting added = new Waiting(genesis, subject);
        synchronized (this) {
            if (waiting.size() >= waitingMax || !waiting.add(added)) {
                return;
            }
        }
        signing.execute(() -> {
            try {
                task.run();
            } finally {
                synchronized (this) {
                    waiting.remove(added);
                }
            }
        });
    }
}
