package dev.flotilla.consensus;

import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One subscriber of {@link AgreedStates}: at most one state waits for it, the newest. */
final class ConflatingSubscription<S> implements Flow.Subscription {
    private final Flow.Subscriber<? super Agreed<S>> subscriber;
    private final Executor executor;
    private final Consumer<ConflatingSubscription<S>> forget;
    private final AtomicReference<@Nullable Agreed<S>> waiting = new AtomicReference<>();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger signals = new AtomicInteger(); // more than 0 while one thread delivers
    private volatile boolean cancelled;
    private volatile long refusedDemand = 1; // less than 1 once the subscriber has asked for that many
    private volatile AgreedStates.@Nullable End end;
    private boolean begun; // of the delivering thread
    private long deliveredIndex = -1; // of the delivering thread

    ConflatingSubscription(
            Flow.Subscriber<? super Agreed<S>> subscriber,
            Executor executor,
            Consumer<ConflatingSubscription<S>> forget) {
        this.subscriber = subscriber;
        this.executor = executor;
        this.forget = forget;
    }

    void begin(@Nullable Agreed<S> newest) {
        if (newest != null) {
            waiting.accumulateAndGet(newest, AgreedStates::later);
        }
        signal();
    }

    void offer(Agreed<S> agreed) {
        waiting.accumulateAndGet(agreed, AgreedStates::later);
        signal();
    }

    void end(AgreedStates.End ended) {
        end = ended;
        signal();
    }

    @Override
    public void request(long count) {
        if (count < 1) {
            refusedDemand = count;
        } else {
            demand.accumulateAndGet(count, (held, more) -> held + more < 0 ? Long.MAX_VALUE : held + more);
        }
        signal();
    }

    @Override
    public void cancel() {
        cancelled = true;
        waiting.set(null);
        forget.accept(this);
    }

    private void signal() {
        if (!cancelled && signals.getAndIncrement() == 0) {
            executor.execute(this::deliver);
        }
    }

    private void deliver() {
        int seen = 1;
        do {
            if (!cancelled) {
                try {
                    deliverOnce();
                } catch (Throwable thrown) { // a subscriber's: it ends this subscription and nothing else
                    cancel();
                    Thread thread = Thread.currentThread();
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
                }
            }
            seen = signals.addAndGet(-seen);
        } while (seen != 0);
    }

    private void deliverOnce() {
        if (!begun) {
            begun = true;
            subscriber.onSubscribe(this);
        }
        if (refusedDemand < 1) {
            finish(new AgreedStates.End(
                    new IllegalArgumentException("a subscriber must request at least 1, got " + refusedDemand)));
            return;
        }
        AgreedStates.End ended = end; // read before the states: what was published before the end is told before it
        deliverStates();
        if (ended != null) {
            finish(ended);
        }
    }

    private void deliverStates() {
        while (!cancelled && demand.get() > 0) {
            Agreed<S> next = waiting.getAndSet(null);
            if (next == null) {
                return;
            }
            if (next.index() > deliveredIndex) {
                deliveredIndex = next.index();
                demand.accumulateAndGet(1, (held, one) -> held == Long.MAX_VALUE ? held : held - one);
                subscriber.onNext(next);
            }
        }
    }

    private void finish(AgreedStates.End ended) {
        if (cancelled) {
            return;
        }
        cancel();
        if (ended.error() == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(ended.error());
        }
    }
}
