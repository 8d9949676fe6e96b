package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.GenesisId;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one group's listeners what happens, in order, on the callback executor. A listener that is slow holds up nothing
 * but its own news: of what is over the bound only the number is kept, and told where it belongs. One that throws is
 * logged. Thread-safe.
 */
final class EventFeed {
    /** How much may wait for a listener. */
    static final int WAITING_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

    private final GenesisId group;
    private final NodeEvents node;
    private final Meters meters;
    private final SerialExecutor queue;
    private volatile GroupEvents listener = GroupEvents.NONE;
    private int waiting; // guarded by this; <= WAITING_MAX + 1
    private long dropped; // guarded by this; since the last event that was taken

    EventFeed(GenesisId group, NodeEvents node, Meters meters, Executor callbacks) {
        this.meters = meters;
        this.group = group;
        this.node = node;
        this.queue = new SerialExecutor(callbacks);
    }

    void listen(GroupEvents newListener) {
        listener = newListener;
    }

    void happened(GroupEvent event) {
        meters.happened(event);
        offer(() -> tell(event));
    }

    void changed(CoreStatus status) {
        offer(() -> guarded(() -> listener.changed(status)));
    }

    /** The last there is to tell; never dropped. */
    void failed(Throwable cause) {
        synchronized (this) {
            tellDropped();
            enqueue(() -> {
                tell(new GroupEvent.Stopped(cause));
                guarded(() -> listener.failed(cause));
            });
        }
    }

    private synchronized void offer(Runnable task) {
        if (waiting >= WAITING_MAX) {
            dropped++;
            return;
        }
        tellDropped();
        enqueue(task);
    }

    /** The caller holds the lock. */
    private void tellDropped() {
        long lost = dropped;
        if (lost > 0) {
            dropped = 0;
            enqueue(() -> tell(new GroupEvent.Dropped(lost)));
        }
    }

    private void enqueue(Runnable task) {
        waiting++;
        queue.execute(() -> {
            task.run();
            done();
        });
    }

    /** If nothing comes after what was dropped, the number is told all the same. */
    private synchronized void done() {
        waiting--;
        if (waiting == 0) {
            tellDropped();
        }
    }

    private void tell(GroupEvent event) {
        guarded(() -> listener.happened(event));
        guarded(() -> node.happened(group, event));
    }

    private void guarded(Runnable telling) {
        try {
            telling.run();
        } catch (Throwable e) {
            LOG.warn("a listener of group={} failed", GroupTrace.shortText(group), e);
        }
    }
}
