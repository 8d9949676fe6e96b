package dev.flotilla.libp2p.relay;

import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many of something there are, in all and for each peer. Thread-safe. */
final class PeerQuota {
    private final int max;
    private final int perPeerMax;
    private final Map<PeerId, Integer> held = new HashMap<>(); // guarded by this; no zeros
    private int total; // guarded by this

    PeerQuota(int max, int perPeerMax) {
        this.max = max;
        this.perPeerMax = perPeerMax;
    }

    /** Whether there is room for one that each of these peers, all different, has a part in; then it is taken. */
    synchronized boolean enter(List<PeerId> peers) {
        boolean full = total >= max || peers.stream().anyMatch(peer -> held.getOrDefault(peer, 0) >= perPeerMax);
        if (full) {
            return false;
        }
        total++;
        peers.forEach(peer -> held.merge(peer, 1, Integer::sum));
        return true;
    }

    /** Gives back what one {@link #enter} took. */
    synchronized void leave(List<PeerId> peers) {
        total--;
        peers.forEach(peer -> held.computeIfPresent(peer, (key, count) -> count == 1 ? null : count - 1));
    }

    synchronized int total() {
        return total;
    }
}
