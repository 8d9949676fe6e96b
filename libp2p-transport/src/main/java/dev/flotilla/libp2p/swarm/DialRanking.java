package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * When to dial which address of a peer, as go-libp2p's default ranking has it: QUIC before TCP before WebSocket, IPv6
 * before IPv4 with one IPv4 address right behind the first IPv6 one (RFC 8305), each step a delay later; relays when
 * direct addresses have had their time, private ones too, which go-libp2p does not wait for: a peer in the same network
 * is better reached there. Among equals the order given stays.
 */
final class DialRanking {
    static final Duration PUBLIC_DELAY = Duration.ofMillis(250);
    static final Duration PRIVATE_DELAY = Duration.ofMillis(30);
    static final Duration RELAY_DELAY = Duration.ofMillis(500);

    private static final List<Predicate<Multiaddr>> KINDS = List.of(
            DialRanking::isQuic, address -> !isQuic(address) && !isWebSocket(address), DialRanking::isWebSocket);

    private DialRanking() {}

    /** An address and when to dial it, from the start of the dial on. */
    record Ranked(Multiaddr address, Duration delay) {}

    /** The addresses in the order in which to dial them. */
    static List<Ranked> rank(Collection<Multiaddr> addresses) {
        List<Multiaddr> relays = only(addresses, DialRanking::isRelay);
        List<Multiaddr> direct = only(addresses, address -> !isRelay(address));
        List<Multiaddr> publics = only(direct, address -> !isPrivate(address));
        List<Ranked> ranked = new ArrayList<>();
        ranked.addAll(steps(only(direct, DialRanking::isPrivate), PRIVATE_DELAY, Duration.ZERO));
        ranked.addAll(steps(publics, PUBLIC_DELAY, Duration.ZERO));
        ranked.addAll(steps(relays, PUBLIC_DELAY, direct.isEmpty() ? Duration.ZERO : RELAY_DELAY));
        ranked.sort(Comparator.comparing(Ranked::delay)); // stable
        return ranked;
    }

    private static List<Ranked> steps(List<Multiaddr> addresses, Duration step, Duration offset) {
        List<Ranked> ranked = new ArrayList<>();
        Duration next = offset;
        for (Predicate<Multiaddr> kind : KINDS) {
            for (Ranked each : eyeballs(only(addresses, kind), step, next)) {
                ranked.add(each);
                next = each.delay().plus(step);
            }
        }
        return ranked;
    }

    /** The first, one of the other IP version a step later if the first is IPv6, all the rest another step later. */
    private static List<Ranked> eyeballs(List<Multiaddr> addresses, Duration step, Duration offset) {
        List<Multiaddr> ordered = new ArrayList<>(only(addresses, DialRanking::isIp6));
        List<Multiaddr> ip4 = only(addresses, address -> !isIp6(address));
        boolean both = !ordered.isEmpty() && !ip4.isEmpty();
        if (both) {
            ordered.add(1, ip4.get(0));
            ip4 = ip4.subList(1, ip4.size());
        }
        ordered.addAll(ip4);
        List<Ranked> ranked = new ArrayList<>();
        for (int i = 0; i < ordered.size(); i++) {
            int steps = i < 2 ? i : both ? 2 : 1;
            ranked.add(new Ranked(ordered.get(i), offset.plus(step.multipliedBy(steps))));
        }
        return ranked;
    }

    private static List<Multiaddr> only(Collection<Multiaddr> addresses, Predicate<Multiaddr> kind) {
        return addresses.stream().filter(kind).toList();
    }

    private static boolean isRelay(Multiaddr address) {
        return address.has(MultiaddrProtocol.P2P_CIRCUIT);
    }

    private static boolean isQuic(Multiaddr address) {
        return address.has(MultiaddrProtocol.QUIC_V1);
    }

    private static boolean isWebSocket(Multiaddr address) {
        return address.has(MultiaddrProtocol.WS) || address.has(MultiaddrProtocol.WSS);
    }

    private static boolean isIp6(Multiaddr address) {
        return address.ipAddress().filter(Inet6Address.class::isInstance).isPresent();
    }

    private static boolean isPrivate(Multiaddr address) {
        return address.ipAddress().filter(DialRanking::isPrivate).isPresent();
    }

    private static boolean isPrivate(InetAddress ip) {
        boolean uniqueLocal = ip instanceof Inet6Address && (ip.getAddress()[0] & 0xfe) == 0xfc; // RFC 4193
        return ip.isLoopbackAddress() || ip.isSiteLocalAddress() || ip.isLinkLocalAddress() || uniqueLocal;
    }
}
