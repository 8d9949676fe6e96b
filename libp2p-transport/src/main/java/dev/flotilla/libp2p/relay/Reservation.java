package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Multiaddr;
import java.time.Duration;
import java.util.List;

/**
 * A place that a relay granted.
 *
 * @param timeToLive from when it was granted
 * @param relayAddresses where the relay says that it is reached, each with its peer id; at most 20
 * @param limited whether circuits to this peer are bounded
 */
record Reservation(Duration timeToLive, List<Multiaddr> relayAddresses, boolean limited) {
    Reservation {
        relayAddresses = List.copyOf(relayAddresses);
    }
}
