package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.Multiaddr;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What a peer's host is told.
 *
 * @param listen where to listen; port 0 lets the system choose; loopback if nothing is named
 * @param peers whom to connect to, each with its peer id
 * @param perf whether it answers who measures the throughput to it
 */
public record NetworkSettings(List<Multiaddr> listen, List<Multiaddr> peers, boolean perf) {
    private static final Multiaddr LOOPBACK = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");

    public NetworkSettings {
        listen = listen.isEmpty() ? List.of(LOOPBACK) : List.copyOf(new LinkedHashSet<>(listen));
        peers = List.copyOf(peers);
    }

    /** Listens on loopback, knows nobody. */
    public static NetworkSettings defaults() {
        return new NetworkSettings(List.of(), List.of(), false);
    }

    public NetworkSettings withListen(List<Multiaddr> addresses) {
        return new NetworkSettings(addresses, peers, perf);
    }

    public NetworkSettings withPeers(List<Multiaddr> addresses) {
        return new NetworkSettings(listen, addresses, perf);
    }

    public NetworkSettings withPerf(boolean answered) {
        return new NetworkSettings(listen, peers, answered);
    }
}
