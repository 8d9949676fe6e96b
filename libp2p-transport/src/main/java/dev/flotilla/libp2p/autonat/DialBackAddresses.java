package dev.flotilla.libp2p.autonat;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.gating.Subnet;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which addresses a server dials for others: those with an IP address that it has a route to, in the public Internet
 * unless others are allowed. Names are not dialled: nobody knows what they lead to before they are looked up.
 */
final class DialBackAddresses {
    private static final Subnet IP6_GLOBAL = Subnet.parse("2000::/3");

    /** What is in nobody's Internet, or leads to IPv4 addresses that nobody looked at (IANA special-purpose registries). */
    private static final List<Subnet> SPECIAL = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20")
            .map(Subnet::parse)
            .toList();

    private final boolean privateAllowed;
    private final BiPredicate<PeerId, Multiaddr> canDial;
    private final Predicate<InetAddress> hasRoute;

    /**
     * @param canDial whether the host that dials would dial a peer there
     * @param hasRoute whether this machine knows a way to an address
     */
    DialBackAddresses(boolean privateAllowed, BiPredicate<PeerId, Multiaddr> canDial, Predicate<InetAddress> hasRoute) {
        this.privateAllowed = privateAllowed;
        this.canDial = canDial;
        this.hasRoute = hasRoute;
    }

    /**
     * An address of a request.
     *
     * @param index its place in the request, from 0
     * @param address without a peer id
     */
    record Chosen(int index, Multiaddr address, InetAddress ip) {}

    /** The first of a request's addresses to dial {@code peer} at. */
    Optional<Chosen> first(PeerId peer, List<ByteString> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            Optional<Chosen> chosen = chosen(i, peer, addresses.get(i));
            if (chosen.isPresent()) {
                return chosen;
            }
        }
        return Optional.empty();
    }

    private Optional<Chosen> chosen(int index, PeerId peer, ByteString bytes) {
        Multiaddr address;
        try {
            address = Multiaddr.fromBytes(bytes.toByteArray());
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // of a kind that is not known here
        }
        Multiaddr bare = address.withoutPeerId();
        boolean isOwn = address.peerId().orElse(peer).equals(peer) && !address.has(MultiaddrProtocol.P2P_CIRCUIT);
        return bare.ipAddress()
                .filter(ip ->
                        isOwn && (privateAllowed || isPublic(ip)) && canDial.test(peer, bare) && hasRoute.test(ip))
                .map(ip -> new Chosen(index, bare, ip));
    }

    static boolean isPublic(InetAddress ip) {
        return (ip instanceof Inet4Address || IP6_GLOBAL.contains(ip))
                && SPECIAL.stream().noneMatch(subnet -> subnet.contains(ip));
    }

    /** Whether this machine has a route to {@code ip}, such as any for IPv6. Sends nothing. */
    static boolean hasRoute(InetAddress ip) {
        try (DatagramChannel probe = DatagramChannel.open()) {
            probe.connect(new InetSocketAddress(ip, 1));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
