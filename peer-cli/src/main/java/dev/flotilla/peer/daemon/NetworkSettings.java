package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a peer's host is told.
 *
 * @param listen where to listen; port 0 lets the system choose; loopback, too, if nothing but relays is named, since the
 *     commands come from there
 * @param peers whom to connect to, each with its peer id
 * @param perf whether it answers who measures the throughput to it
 * @param relay whether it is a relay for the members of its communities
 * @param mdns whether it looks for members in the local network
 * @param mapPorts whether it asks the router for ports
 * @param autonat whether it has other peers find out where it can be reached, and does the same for them
 * @param fallbackRelays where it takes a place while it can be reached nowhere else
 * @param swarmKey of the private network that it belongs to; null for the open network
 * @param access who may connect and be dialled
 */
public record NetworkSettings(
        List<Multiaddr> listen,
        List<Multiaddr> peers,
        boolean perf,
        boolean relay,
        boolean mdns,
        boolean mapPorts,
        boolean autonat,
        List<Multiaddr> fallbackRelays,
        @Nullable SwarmKey swarmKey,
        AccessRules access) {
    private static final Multiaddr LOOPBACK = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");

    public NetworkSettings {
        LinkedHashSet<Multiaddr> all = new LinkedHashSet<>(listen);
        if (listen.stream().allMatch(address -> address.has(MultiaddrProtocol.P2P_CIRCUIT))) {
            all.add(LOOPBACK);
        }
        listen = List.copyOf(all);
        peers = List.copyOf(peers);
        fallbackRelays = List.copyOf(fallbackRelays);
    }

    /** Listens on loopback, knows nobody. */
    public static NetworkSettings defaults() {
        return new NetworkSettings(
                List.of(), List.of(), false, false, false, false, false, List.of(), null, AccessRules.none());
    }

    public NetworkSettings withListen(List<Multiaddr> addresses) {
        return new NetworkSettings(
                addresses, peers, perf, relay, mdns, mapPorts, autonat, fallbackRelays, swarmKey, access);
    }

    public NetworkSettings withPeers(List<Multiaddr> addresses) {
        return new NetworkSettings(
                listen, addresses, perf, relay, mdns, mapPorts, autonat, fallbackRelays, swarmKey, access);
    }

    public NetworkSettings withPerf(boolean answered) {
        return new NetworkSettings(
                listen, peers, answered, relay, mdns, mapPorts, autonat, fallbackRelays, swarmKey, access);
    }

    public NetworkSettings withRelay(boolean served) {
        return new NetworkSettings(
                listen, peers, perf, served, mdns, mapPorts, autonat, fallbackRelays, swarmKey, access);
    }

    public NetworkSettings withMdns(boolean looking) {
        return new NetworkSettings(
                listen, peers, perf, relay, looking, mapPorts, autonat, fallbackRelays, swarmKey, access);
    }

    public NetworkSettings withMapPorts(boolean asked) {
        return new NetworkSettings(listen, peers, perf, relay, mdns, asked, autonat, fallbackRelays, swarmKey, access);
    }

    public NetworkSettings withAutonat(boolean asked, List<Multiaddr> relays) {
        return new NetworkSettings(listen, peers, perf, relay, mdns, mapPorts, asked, relays, swarmKey, access);
    }

    public NetworkSettings withSwarmKey(@Nullable SwarmKey key) {
        return new NetworkSettings(listen, peers, perf, relay, mdns, mapPorts, autonat, fallbackRelays, key, access);
    }

    public NetworkSettings withAccess(AccessRules rules) {
        return new NetworkSettings(
                listen, peers, perf, relay, mdns, mapPorts, autonat, fallbackRelays, swarmKey, rules);
    }
}
