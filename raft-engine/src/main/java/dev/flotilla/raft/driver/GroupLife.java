package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.GenesisId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a group goes on, and how it ends: once, on its loop, on request or for what one of its tasks threw. */
final class GroupLife {
    /** Lets go of everything, on the loop. The future completes when the state machine is not used any more. */
    interface Ending {
        CompletableFuture<Void> end(String why, @Nullable Throwable cause);
    }

    private static final Logger LOG = LoggerFactory.getLogger(GroupLife.class);

    private final NodeContext node;
    private final GenesisId genesis;
    private final EventLoop loop;
    private final Ending ending;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile @Nullable String whyStopped; // written on the loop

    GroupLife(NodeContext node, GenesisId genesis, EventLoop loop, Ending ending) {
        this.node = node;
        this.genesis = genesis;
        this.loop = loop;
        this.ending = ending;
    }

    /** Why nothing is answered any more, or null. Any thread. */
    @Nullable
    String whyStopped() {
        return whyStopped;
    }

    /** Runs {@code task} unless the group has stopped; what it throws stops the group. */
    void guarded(Runnable task) {
        if (whyStopped != null) {
            return;
        }
        try {
            task.run();
        } catch (Throwable e) {
            stopNow(e);
        }
    }

    /** Has {@code task} run on the loop, guarded. Any thread. */
    void onLoop(Runnable task) {
        loop.execute(() -> guarded(task));
    }

    /** The same, but a loop that sleeps wakes for it only if {@code isAwaited}: see {@link EventLoop#executeSoon}. */
    void onLoopSoon(BooleanSupplier isAwaited, Runnable task) {
        loop.executeSoon(isAwaited, () -> guarded(task));
    }

    /** Stops. Any thread. The future completes when disk and state machine are not used any more. */
    CompletableFuture<Void> close() {
        stop(null);
        return closed;
    }

    /** Stops for that reason, which is reported. Any thread. */
    void fail(Throwable cause) {
        stop(cause);
    }

    private void stop(@Nullable Throwable cause) {
        if (!loop.execute(() -> stopNow(cause))) {
            stopNow(cause); // the loop has ended
        }
    }

    private void stopNow(@Nullable Throwable cause) {
        if (whyStopped != null) {
            return;
        }
        String why = cause == null ? "the group is closed" : "the group stopped: " + cause;
        whyStopped = why;
        if (cause != null) {
            LOG.error("group={} stopped", GroupTrace.shortText(genesis), cause);
        }
        CompletableFuture<Void> idle = ending.end(why, cause);
        if (!loop.execute(() -> awaitWritten(idle))) { // what this round still writes comes before
            awaitWritten(idle);
        }
    }

    private void awaitWritten(CompletableFuture<Void> idle) {
        CompletableFuture<Void> written = node.storage().submit(List.of()).exceptionally(failure -> null);
        var unused = idle.runAfterBoth(written, () -> closed.complete(null));
    }
}
