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
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final Transports transports;
    private final Map<Multiaddr, Transport> wanted = new LinkedHashMap<>();
    private final List<Open> open = new CopyOnWriteArrayList<>();
    private final List<Runnable> told = new CopyOnWriteArrayList<>(); // of changed addresses
    private volatile boolean closed;

    /** @param wanted as it was asked for, with port 0 if so */
    private record Open(Multiaddr wanted, Listener listener) {}

    /**
     * @throws IllegalArgumentException if no transport takes one of the addresses
     */
    Listeners(Transports transports, List<Multiaddr> addresses) {
        this.transports = transports;
        addresses.forEach(address -> wanted.put(address, transports.toListen(address)));
    }

    /** All or none. */
    CompletableFuture<Void> open() {
        List<CompletableFuture<Void>> bound = new ArrayList<>();
        wanted.forEach((address, transport) -> bound.add(open(address, transport)));
        return CompletableFuture.allOf(bound.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> failure == null ? DONE : closeAfter(failure))
                .thenCompose(result -> result);
    }

    /** Fails with {@code failure} once the addresses that could be had are free again. */
    private CompletableFuture<Void> closeAfter(Throwable failure) {
        return close().handle((closed, another) -> {
            throw failure instanceof CompletionException known ? known : new CompletionException(failure);
        });
    }

    private CompletableFuture<Void> open(Multiaddr address, Transport transport) {
        return transport.listen(address).handle((listener, failure) -> {
            if (failure != null) {
                throw new CompletionException(
                        new IOException("cannot listen on " + address + ": " + message(failure), failure));
            }
            open.add(new Open(address, listener));
            listener.onAddressesChanged(this::tell);
            if (closed) {
                listener.close();
            }
            return null;
        });
    }

    /**
     * One more, after the start.
     *
     * @throws IllegalArgumentException if no transport takes it
     */
    CompletableFuture<Void> open(Multiaddr address) {
        return open(address, transports.toListen(address)).thenRun(this::tell);
    }

    /** Completes when {@code address}, one that was asked for, is free again. */
    CompletableFuture<Void> close(Multiaddr address) {
        List<Open> ended =
                open.stream().filter(each -> each.wanted().equals(address)).toList();
        open.removeAll(ended);
        return close(ended).thenRun(this::tell);
    }

    private void tell() {
        told.forEach(Runnable::run);
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
        return open.stream()
                .flatMap(each -> each.listener().addresses().stream())
                .toList();
    }

    /** Completes when the addresses are free again. */
    CompletableFuture<Void> close() {
        closed = true;
        return close(open);
    }

    private static CompletableFuture<Void> close(List<Open> ended) {
        return CompletableFuture.allOf(
                ended.stream().map(each -> each.listener().close()).toArray(CompletableFuture[]::new));
    }
}
