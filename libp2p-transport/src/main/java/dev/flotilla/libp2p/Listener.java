package dev.flotilla.libp2p;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Takes the connections that come to an address. Thread-safe. */
public interface Listener {
    /** Where it listens, with the real port, without the peer id; empty once it is closed. */
    List<Multiaddr> addresses();

    /**
     * Who is told, on any thread, when {@link #addresses} change of themselves, as they do when a relay grants or ends a
     * reservation. Those of most transports do not.
     */
    default void onAddressesChanged(Runnable told) {}

    /** Takes no more; connections live on unless they share its socket, as QUIC's do. Completes when the address is free again. */
    CompletableFuture<Void> close();
}
