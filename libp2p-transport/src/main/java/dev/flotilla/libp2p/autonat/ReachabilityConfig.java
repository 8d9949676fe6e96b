package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Multiaddr;
import java.time.Duration;
import java.util.List;

/**
 * How a host finds out where it can be reached.
 *
 * @param refresh after which a server is asked about an address again
 * @param pause between two requests to one server; servers take some twelve a minute
 * @param privateAllowed also asks about addresses that nobody has in the public Internet, such as loopback
 * @param relays where to take a place, each {@code RELAY/p2p-circuit}, while the host can be reached nowhere else
 */
public record ReachabilityConfig(Duration refresh, Duration pause, boolean privateAllowed, List<Multiaddr> relays) {
    private static final ReachabilityConfig DEFAULTS =
            new ReachabilityConfig(Duration.ofHours(1), Duration.ofSeconds(6), false, List.of());

    public ReachabilityConfig {
        if (refresh.toMillis() < 1 || pause.toMillis() < 1) {
            throw new IllegalArgumentException("times must be positive: refresh " + refresh + ", pause " + pause);
        }
        relays = List.copyOf(relays);
    }

    /** For the public Internet, without a relay. */
    public static ReachabilityConfig defaults() {
        return DEFAULTS;
    }

    public ReachabilityConfig withTimes(Duration refreshed, Duration paused) {
        return new ReachabilityConfig(refreshed, paused, privateAllowed, relays);
    }

    public ReachabilityConfig withPrivateAllowed() {
        return new ReachabilityConfig(refresh, pause, true, relays);
    }

    public ReachabilityConfig withRelays(List<Multiaddr> addresses) {
        return new ReachabilityConfig(refresh, pause, privateAllowed, addresses);
    }
}
