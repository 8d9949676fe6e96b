package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where a host listens, each address by its transport. Thread-safe. */
final class Listeners {
    private final Map<Multiaddr, Transport> wanted = new LinkedHashMap<>();
    private final List<Listener> open = new CopyOnWriteArrayList<>();
    private final List<Runnable> told = new CopyOnWriteArrayList<>(); // of changed addresses
    private volatile boolean closed;

    /**
     * @throws IllegalArgumentException if no transport takes one of the addresses
     */
    Listeners(Transports transports, List<Multiaddr> addresses) {
        addresses.forEach(address -> wanted.put(address, transports.toListen(address)));
    }

    /** All or none. */
    CompletableFuture<Void> open() {
        List<CompletableFuture<Void>> bound = new ArrayList<>();
        wanted.forEach((address, transport) -> bound.add(open(address, transport)));
        CompletableFuture<Void> all = CompletableFuture.allOf(bound.toArray(CompletableFuture[]::new));
        all.whenComplete((done, failure) -> {
            if (failure != null) {
                close();
            }
        });
        return all;
    }

    private CompletableFuture<Void> open(Multiaddr address, Transport transport) {
        return transport.listen(address).handle((listener, failure) -> {
            if (failure != null) {
                throw new CompletionException(
                        new IOException("cannot listen on " + address + ": " + message(failure), failure));
            }
            open.add(listener);
            listener.onAddressesChanged(() -> told.forEach(Runnable::run));
            if (closed) {
                listener.close();
            }
            return null;
        });
    }

    private static String message(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return String.valueOf(cause == null ? failure : cause.getMessage());
    }

    void onChange(Runnable action) {
        told.add(action);
    }

    /** With the real ports. */
    List<Multiaddr> addresses() {
        return open.stream().flatMap(listener -> listener.addresses().stream()).toList();
    }

    /** Completes when the addresses are free again. */
    CompletableFuture<Void> close() {
        closed = true;
        return CompletableFuture.allOf(open.stream().map(Listener::close).toArray(CompletableFuture[]::new));
    }
}
