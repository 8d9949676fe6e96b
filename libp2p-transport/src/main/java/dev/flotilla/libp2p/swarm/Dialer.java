package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialException;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.PeerId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Makes connections on demand, at most one dial in flight for each peer. Thread-safe. */
final class Dialer {
    private final PeerId localPeerId;
    private final ConnectionTable table;
    private final HostCounters counters;
    private final Gate gate;
    private final DialFactory factory;
    private final Map<Wish, DialAttempt> inFlight = new HashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    Dialer(PeerId localPeerId, ConnectionTable table, HostCounters counters, Gate gate, DialFactory factory) {
        this.localPeerId = localPeerId;
        this.table = table;
        this.counters = counters;
        this.gate = gate;
        this.factory = factory;
    }

    /** What calls share a dial: who wants a direct connection has no use for an attempt to get any. */
    private record Wish(PeerId peer, DialOptions options) {
        static Wish of(PeerId peer, DialOptions options) {
            return new Wish(peer, options.withBackoffIgnored()); // that alone makes no other dial
        }
    }

    /** Makes an attempt that has not started. */
    interface DialFactory {
        DialAttempt newAttempt(PeerId peer, List<Multiaddr> addresses, DialOptions options);
    }

    /** A connection to {@code peer}: the one that is open, the one being dialled, or a new one. */
    CompletableFuture<Connection> connect(PeerId peer, Collection<Multiaddr> addresses, DialOptions options) {
        if (peer.equals(localPeerId)) {
            return CompletableFuture.failedFuture(
                    new DialException("cannot dial " + peer + ": it is this peer", false));
        }
        Wish wish = Wish.of(peer, options);
        CompletableFuture<Connection> known = known(wish, options);
        if (known != null) {
            return known;
        }
        Optional<String> refusal = gate.refusesPeerDial(peer); // the application's, so not under the lock
        if (refusal.isPresent()) {
            return CompletableFuture.failedFuture(
                    new DialException("cannot dial " + peer + ": " + refusal.get(), false));
        }
        DialAttempt attempt = factory.newAttempt(peer, List.copyOf(addresses), options);
        DialAttempt outdated;
        synchronized (this) {
            known = known(wish, options);
            if (known != null) {
                return known;
            }
            outdated = inFlight.put(wish, attempt);
        }
        if (outdated != null) {
            outdated.abandon();
        }
        CompletableFuture<Connection> result = attempt.result().copy();
        attempt.ended().whenComplete((done, failure) -> ended(wish, attempt));
        attempt.start();
        return result;
    }

    /** What needs no new attempt; null if there is nothing. */
    private synchronized @Nullable CompletableFuture<Connection> known(Wish wish, DialOptions options) {
        Connection open = table.best(wish.peer()).orElse(null); // if any satisfies, the best one does
        if (open != null && options.isSatisfiedBy(open)) {
            return CompletableFuture.completedFuture(open);
        }
        if (closed) {
            return CompletableFuture.failedFuture(
                    new DialException("cannot dial " + wish.peer() + ": the host is closed", false));
        }
        DialAttempt current = inFlight.get(wish);
        return current == null || current.isOutdated() ? null : current.result().copy();
    }

    private void ended(Wish wish, DialAttempt attempt) {
        synchronized (this) {
            inFlight.remove(wish, attempt);
        }
        if (attempt.result().isCompletedExceptionally()) {
            counters.count(HostCounters.Event.DIAL_FAILED);
        }
    }

    /** The peer has dialled us meanwhile: who waits for a connection has one. The dial goes on. */
    void onConnection(SwarmConnection connection) {
        for (DialAttempt attempt : inFlight(connection.remotePeerId())) {
            if (attempt.options().isSatisfiedBy(connection)) {
                attempt.result().complete(connection);
            }
        }
    }

    private synchronized List<DialAttempt> inFlight(PeerId peer) {
        return inFlight.entrySet().stream()
                .filter(each -> each.getKey().peer().equals(peer))
                .map(Map.Entry::getValue)
                .toList();
    }

    void close() {
        List<DialAttempt> attempts;
        synchronized (this) {
            closed = true;
            attempts = List.copyOf(inFlight.values());
        }
        attempts.forEach(attempt -> attempt.cancel("the host is closed"));
    }
}
