package dev.flotilla.consensus;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The futures that were promised and have not completed. Thread-safe. */
final class Outstanding<T> {
    private final Map<Long, CompletableFuture<T>> futures = new ConcurrentHashMap<>();
    private final AtomicLong lastKey = new AtomicLong();

    /** A new one, forgotten once it completes. */
    CompletableFuture<T> add() {
        CompletableFuture<T> future = new CompletableFuture<>();
        Long key = lastKey.incrementAndGet();
        futures.put(key, future);
        CompletableFuture<T> unused = future.whenComplete((value, failure) -> futures.remove(key));
        return future;
    }

    void forEach(Consumer<CompletableFuture<T>> action) {
        futures.values().forEach(action);
    }
}
