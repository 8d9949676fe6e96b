package dev.flotilla.libp2p.identify;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.transport.Bytes;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where those who dialled this host say that they reached it. An address counts once four of them say so who are not of
 * one network, as go-libp2p has it, for as long as their connections last; of each listening socket the three with the
 * most witnesses. What this host dialled shows a port of that connection alone and is passed over. Thread-safe.
 */
final class ObservedAddresses {
    private static final int OBSERVERS_MIN = 4;
    private static final int EXTERNAL_MAX = 3;
    private static final int IP6_NETWORK_BYTES = 7; // a /56, what one household gets

    private final Map<Object, Observation> byConnection = new HashMap<>(); // guarded by this

    /** @param network whose address the observer has */
    private record Observation(Multiaddr local, Multiaddr observed, Bytes network) {}

    private record Claim(Multiaddr local, Multiaddr observed) {}

    private record Counted(Claim claim, int witnesses) {
        static final Comparator<Counted> MOST_FIRST = Comparator.comparing(Counted::witnesses)
                .reversed()
                .thenComparing(counted -> counted.claim().observed().toString());
    }

    /** The peer behind {@code connection} has said who it sees; whether that is new. */
    boolean identified(Connection connection) {
        Multiaddr observed =
                connection.peerInfo().map(info -> info.observedAddress()).orElse(null);
        return observed != null
                && connection.direction() == Direction.INBOUND
                && connection.isOpen()
                && put(connection, connection.localAddress(), connection.remoteAddress(), observed);
    }

    /**
     * Whether that changes anything.
     *
     * @param remote the observer's own address
     */
    synchronized boolean put(Object connection, Multiaddr local, Multiaddr remote, Multiaddr observed) {
        InetAddress observer = remote.ipAddress().orElse(null);
        if (observer == null || remote.has(MultiaddrProtocol.P2P_CIRCUIT) || !isPossible(local, observed)) {
            return closed(connection);
        }
        Observation seen = new Observation(local, observed, networkOf(observer));
        return !seen.equals(byConnection.put(connection, seen));
    }

    /** Whether that changes anything. */
    synchronized boolean closed(Object connection) {
        return byConnection.remove(connection) != null;
    }

    /** What leads there must be of the same kind, and from outside. */
    private static boolean isPossible(Multiaddr local, Multiaddr observed) {
        InetAddress ip = observed.ipAddress().orElse(null);
        return ip != null
                && !ip.isLoopbackAddress()
                && !ip.isAnyLocalAddress()
                && !ip.isLinkLocalAddress()
                && !ip.isMulticastAddress()
                && shape(local).equals(shape(observed));
    }

    private static List<MultiaddrProtocol> shape(Multiaddr address) {
        return address.components().stream().map(Multiaddr.Component::protocol).toList();
    }

    private static Bytes networkOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        return Bytes.wrap(address instanceof Inet4Address ? bytes : Arrays.copyOf(bytes, IP6_NETWORK_BYTES));
    }

    /** The addresses that count. */
    synchronized List<Multiaddr> confirmed() {
        Map<Claim, Set<Bytes>> witnesses = new HashMap<>();
        for (Observation seen : byConnection.values()) {
            witnesses
                    .computeIfAbsent(new Claim(seen.local(), seen.observed()), claim -> new HashSet<>())
                    .add(seen.network());
        }
        Map<Multiaddr, List<Counted>> bySocket = witnesses.entrySet().stream()
                .map(each -> new Counted(each.getKey(), each.getValue().size()))
                .filter(counted -> counted.witnesses() >= OBSERVERS_MIN)
                .collect(Collectors.groupingBy(counted -> counted.claim().local()));
        return bySocket.values().stream()
                .flatMap(counted -> counted.stream().sorted(Counted.MOST_FIRST).limit(EXTERNAL_MAX))
                .map(counted -> counted.claim().observed())
                .distinct()
                .sorted(Comparator.comparing(Multiaddr::toString))
                .toList();
    }
}
