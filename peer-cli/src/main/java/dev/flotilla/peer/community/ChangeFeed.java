package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells watchers of each agreed change. A watcher that is too slow misses some, and is told how many. */
public final class ChangeFeed {
    private static final int WAITING_MAX = 256;
    private static final long WAITING_BYTES_MAX = 4 << 20; // or a single change, whatever its size

    private final List<Subscription> subscriptions = new ArrayList<>();
    private long newest; // number of the newest change
    private boolean closed;

    /** What a watcher sees. */
    public sealed interface Event {
        /** A patch that changed the document, and the index of its log entry. */
        record Changed(long index, JsonNode patch) implements Event {}

        /** So many changes that this watcher does not see: it was too slow, or a snapshot took their place. */
        record Skipped(long count) implements Event {}
    }

    ChangeFeed() {}

    /** A new watcher; it sees what changes from now on. */
    public synchronized Subscription subscribe() {
        Subscription subscription = new Subscription(newest);
        subscriptions.add(subscription);
        if (closed) {
            subscription.end();
        }
        return subscription;
    }

    /** @param bytes that the patch takes in the log */
    synchronized void changed(long index, long number, JsonNode patch, int bytes) {
        newest = number;
        Waiting change = new Waiting(new Event.Changed(index, patch), bytes);
        subscriptions.forEach(subscription -> subscription.changed(number, change));
    }

    synchronized void jumped(long number) {
        newest = number;
        subscriptions.forEach(subscription -> subscription.jumped(number));
    }

    private synchronized void remove(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    /** No more changes will come; each watcher's next event fails. */
    public synchronized void close() {
        closed = true;
        subscriptions.forEach(Subscription::end);
    }

    /** A change that its watcher has not asked for yet. */
    private record Waiting(Event.Changed change, int bytes) {}

    /** One watcher's view. Thread-safe; one {@link #next} at a time. */
    public final class Subscription implements AutoCloseable {
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private long waitingBytes; // of all that waits
        private @Nullable CompletableFuture<Event> asked;
        private long skipped;
        private long seen; // number of the newest change that was delivered, waits or was skipped
        private boolean ended;

        private Subscription(long seen) {
            this.seen = seen;
        }

        /** The next event. Fails with an {@link IllegalStateException} once the subscription is closed. */
        public synchronized CompletableFuture<Event> next() {
            if (asked != null) {
                throw new IllegalStateException("an event is waited for already");
            }
            CompletableFuture<Event> future = new CompletableFuture<>();
            asked = future;
            deliver();
            return future;
        }

        private synchronized void changed(long number, Waiting change) {
            seen = number;
            if (skipped > 0 || isFullFor(change)) {
                skipped++;
            } else {
                waiting.add(change);
                waitingBytes += change.bytes();
            }
            deliver();
        }

        private boolean isFullFor(Waiting change) {
            return waiting.size() >= WAITING_MAX
                    || (!waiting.isEmpty() && waitingBytes + change.bytes() > WAITING_BYTES_MAX);
        }

        private synchronized void jumped(long number) {
            skipped += Math.max(0, number - seen);
            seen = number;
            deliver();
        }

        /** What was skipped came after all that waits, so it is told last. */
        private void deliver() {
            CompletableFuture<Event> future = asked;
            if (future == null) {
                return;
            }
            Waiting first = waiting.poll();
            Event event = first == null ? null : first.change();
            if (first != null) {
                waitingBytes -= first.bytes();
            } else if (skipped > 0) {
                event = new Event.Skipped(skipped);
                skipped = 0;
            }
            if (event != null) {
                asked = null;
                future.complete(event);
            } else if (ended) {
                asked = null;
                future.completeExceptionally(new IllegalStateException("there is nothing to watch any more"));
            }
        }

        private synchronized void end() {
            ended = true;
            deliver();
        }

        /** Ends it. Idempotent. */
        @Override
        public void close() {
            remove(this);
            end();
        }
    }
}
