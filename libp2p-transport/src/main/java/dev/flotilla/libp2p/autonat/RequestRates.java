package dev.flotilla.libp2p.autonat;

import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Which requests are served: so many in any minute, of all and of each peer, and one at a time of each. Thread-safe. */
final class RequestRates {
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final AutonatConfig config;
    private final LongSupplier nanoClock;
    private final Deque<Taken> requests = new ArrayDeque<>(); // oldest first; size <= requestsMax. Guarded by this
    private final Deque<Taken> dialData =
            new ArrayDeque<>(); // oldest first; size <= dialDataRequestsMax. Guarded by this
    private final Set<PeerId> underWay = new HashSet<>(); // guarded by this

    RequestRates(AutonatConfig config, LongSupplier nanoClock) {
        this.config = config;
        this.nanoClock = nanoClock;
    }

    private record Taken(PeerId peer, long nanos) {}

    /** Whether a request of {@code peer} is served; it is under way then, until {@link #leave}. */
    synchronized boolean enter(PeerId peer) {
        long now = nanoClock.getAsLong();
        forget(requests, now);
        long ofPeer =
                requests.stream().filter(taken -> taken.peer().equals(peer)).count();
        if (requests.size() >= config.requestsMax() || ofPeer >= config.requestsPerPeerMax() || !underWay.add(peer)) {
            return false;
        }
        requests.add(new Taken(peer, now));
        return true;
    }

    /** The request of {@code peer} has ended. */
    synchronized void leave(PeerId peer) {
        underWay.remove(peer);
    }

    /** Whether dial data is taken for one more request, which {@code peer} has under way. */
    synchronized boolean takeDialData(PeerId peer) {
        long now = nanoClock.getAsLong();
        forget(dialData, now);
        return dialData.size() < config.dialDataRequestsMax() && dialData.add(new Taken(peer, now));
    }

    private static void forget(Deque<Taken> taken, long now) {
        while (!taken.isEmpty() && now - taken.getFirst().nanos() >= WINDOW_NANOS) {
            taken.removeFirst();
        }
    }
}
