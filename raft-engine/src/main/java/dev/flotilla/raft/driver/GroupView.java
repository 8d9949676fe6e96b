package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Explanation;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.metrics.Metric;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is seen of one group from outside: its configuration, its status, its events, its numbers. Methods belong to the
 * group's loop unless they say otherwise.
 */
final class GroupView {
    private final NodeContext node;
    private final RaftCore core;
    private final GroupTrace trace;
    private final EventFeed feed;
    private final GroupLife life;
    private final Neighbours neighbours;
    private volatile Configuration configuration;
    private long uncommittedBytes; // as the meter was told last

    /** A group that is not open yet. */
    GroupView(
            NodeContext node, RaftCore core, GroupTrace trace, EventFeed feed, GroupLife life, Neighbours neighbours) {
        this.node = node;
        this.core = core;
        this.trace = trace;
        this.feed = feed;
        this.life = life;
        this.neighbours = neighbours;
        this.configuration = core.configuration();
    }

    /** The group is open. */
    void begin() {
        node.meters().raise(Metric.GROUPS_OPEN, 1);
    }

    /** Any thread. */
    Configuration configuration() {
        return configuration;
    }

    /** Any thread. */
    void events(GroupEvents listener) {
        feed.listen(listener);
    }

    /** Any thread. */
    void happened(GroupEvent event) {
        feed.happened(event);
    }

    void silent(boolean now) {
        trace.silent(now);
    }

    void status(CompletableFuture<CoreStatus> future) {
        answer(future, this::status);
    }

    void why(CompletableFuture<Explanation> future) {
        answer(future, () -> Explanation.of(status(), core.details(), core.damaged(), node.links()::trouble));
    }

    private <T> void answer(CompletableFuture<T> future, Supplier<T> look) {
        String why = life.whyStopped();
        if (why == null) {
            node.threads().complete(future, look.get());
        } else {
            node.threads().fail(future, new IllegalStateException(why));
        }
    }

    CoreStatus status() {
        CoreStatus seen = core.status(node.nowNanos());
        return neighbours.hasLeft() ? seen.asLeft() : seen;
    }

    /** Whether role, leader or configuration are others than when this was asked last. */
    boolean takeChanged() {
        boolean changed = trace.takeChanged();
        if (changed) {
            configuration = core.configuration();
        }
        return changed;
    }

    /** Tells the listeners how the group is now. */
    CoreStatus tellChanged() {
        CoreStatus now = status();
        feed.changed(now);
        return now;
    }

    void meter() {
        long before = uncommittedBytes;
        uncommittedBytes = core.uncommittedBytes();
        node.meters().raise(Metric.UNCOMMITTED_BYTES, uncommittedBytes - before);
        node.meters().measure(core);
    }

    /** The group has stopped. */
    void end(@Nullable Throwable cause) {
        trace.end();
        node.meters().raise(Metric.UNCOMMITTED_BYTES, -uncommittedBytes);
        node.meters().raise(Metric.GROUPS_OPEN, -1);
        node.meters().close();
        if (cause != null) {
            feed.failed(cause);
        }
    }
}
