package dev.flotilla.consensus.contract;

import dev.flotilla.consensus.Agreed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A subscriber that keeps what it is told. It asks for nothing by itself. */
public final class StateRecorder<S> implements Flow.Subscriber<Agreed<S>> {
    private final List<Agreed<S>> told = new ArrayList<>(); // guarded by this
    private final List<Wait<S>> waits = new ArrayList<>(); // guarded by this
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Throwable> ended = new CompletableFuture<>();

    private record Wait<S>(Predicate<Agreed<S>> condition, CompletableFuture<Agreed<S>> met) {}

    /** Completes with the first state, told before or later, that meets {@code condition}. */
    public synchronized CompletableFuture<Agreed<S>> first(Predicate<Agreed<S>> condition) {
        CompletableFuture<Agreed<S>> met = new CompletableFuture<>();
        told.stream()
                .filter(condition)
                .findFirst()
                .ifPresentOrElse(met::complete, () -> waits.add(new Wait<>(condition, met)));
        return met;
    }

    public synchronized List<Agreed<S>> told() {
        return List.copyOf(told);
    }

    /** Completes once subscribed. */
    public CompletableFuture<Flow.Subscription> subscription() {
        return subscription;
    }

    /** Completes with null on completion, with the error otherwise. */
    public CompletableFuture<@Nullable Throwable> ended() {
        return ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription.complete(newSubscription);
    }

    @Override
    public synchronized void onNext(Agreed<S> agreed) {
        told.add(agreed);
        waits.stream().filter(wait -> wait.condition.test(agreed)).forEach(wait -> wait.met.complete(agreed));
    }

    @Override
    public void onError(Throwable error) {
        ended.complete(error);
    }

    @Override
    public void onComplete() {
        ended.complete(null);
    }
}
