package dev.flotilla.consensus;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Publishes agreed states to any number of independent subscribers: what stands behind {@link Consensus#states}.
 *
 * <p>It keeps no queue. A subscriber is told the newest state once it asks for more; what it was too slow for is
 * skipped, and the index shows the gap. Indexes grow. A subscriber whose method throws is cancelled and what it threw
 * goes to the thread's uncaught exception handler; others notice nothing. Thread-safe; follows the rules of Reactive
 * Streams, each subscriber being called by one thread at a time.
 */
public final class AgreedStates<S> implements Flow.Publisher<Agreed<S>>, AutoCloseable {
    /** How it ended: with an error or, if that is null, by closing. */
    record End(@Nullable Throwable error) {}

    private final Executor executor;
    private final List<ConflatingSubscription<S>> subscriptions = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Agreed<S>> newest = new AtomicReference<>();
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();

    /** The subscribers are called on daemon threads of that name, which go when idle. */
    public AgreedStates(String threadName) {
        this(DaemonThreads.named(threadName));
    }

    /** @param executor calls the subscribers; one that blocks must not keep others from a thread */
    public AgreedStates(Executor executor) {
        this.executor = executor;
    }

    /** Tells every subscriber, unless a state of this index or a later one has been published already. */
    public void publish(Agreed<S> agreed) {
        newest.accumulateAndGet(agreed, AgreedStates::later);
        for (ConflatingSubscription<S> subscription : subscriptions) {
            subscription.offer(agreed);
        }
    }

    /** Of two states the one with the higher index; null is none. */
    static <S> @Nullable Agreed<S> later(@Nullable Agreed<S> left, @Nullable Agreed<S> right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return right.index() > left.index() ? right : left;
    }

    /** The newest state comes first, if there is one. After {@link #close} the subscription completes at once. */
    @Override
    public void subscribe(Flow.Subscriber<? super Agreed<S>> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        ConflatingSubscription<S> subscription =
                new ConflatingSubscription<>(subscriber, executor, subscriptions::remove);
        subscriptions.add(subscription); // before the newest state is read: none between falls through
        subscription.begin(newest.get());
        End ended = end.get();
        if (ended != null) {
            subscription.end(ended);
        }
    }

    /** Completes every subscription after the state that it has been promised. Idempotent. */
    @Override
    public void close() {
        endWith(new End(null));
    }

    /** Ends every subscription with {@code error}. Nothing after {@link #close}. */
    public void fail(Throwable error) {
        endWith(new End(error));
    }

    private void endWith(End ended) {
        if (end.compareAndSet(null, ended)) {
            for (ConflatingSubscription<S> subscription : subscriptions) {
                subscription.end(ended);
            }
        }
    }
}
