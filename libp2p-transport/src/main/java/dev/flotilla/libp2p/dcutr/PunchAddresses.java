package dev.flotilla.libp2p.dcutr;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.dcutr.pb.HolePunch;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which addresses two peers tell each other to punch holes with. */
final class PunchAddresses {
    private static final int ADDRESSES_MAX = 16;

    private final Host host;
    private final Predicate<Multiaddr> usable;

    PunchAddresses(Host host, Predicate<Multiaddr> usable) {
        this.host = host;
        this.usable = usable;
    }

    /**
     * Where this host was seen with a port that it listens on, by peers that it is directly connected to, and where it
     * listens. A NAT shows the port of a connection that was dialled from another one to its peer alone.
     */
    List<Multiaddr> own() {
        Set<String> ports = host.listenAddresses().stream()
                .flatMap(address -> address.valueOf(MultiaddrProtocol.TCP).stream())
                .collect(Collectors.toSet());
        Stream<Multiaddr> observed = host.connections().stream()
                .filter(connection -> !connection.isRelayed())
                .filter(connection -> connection
                        .localAddress()
                        .valueOf(MultiaddrProtocol.TCP)
                        .filter(ports::contains)
                        .isPresent())
                .map(Connection::peerInfo)
                .flatMap(Optional::stream)
                .flatMap(info -> Stream.ofNullable(info.observedAddress()));
        return chosen(Stream.concat(observed, host.reachableAddresses().stream()));
    }

    /** Those in the other side's message that can be dialled. */
    List<Multiaddr> theirs(HolePunch message) {
        return chosen(message.getObsAddrsList().stream().limit(ADDRESSES_MAX).flatMap(bytes -> parse(bytes).stream()));
    }

    /** Those of {@code addresses} that can be dialled. */
    List<Multiaddr> usable(Collection<Multiaddr> addresses) {
        return chosen(addresses.stream());
    }

    private List<Multiaddr> chosen(Stream<Multiaddr> addresses) {
        return addresses
                .filter(address -> !address.has(MultiaddrProtocol.P2P_CIRCUIT))
                .filter(usable)
                .map(Multiaddr::withoutPeerId)
                .distinct()
                .limit(ADDRESSES_MAX)
                .toList();
    }

    private static Optional<Multiaddr> parse(ByteString bytes) {
        try {
            return Optional.of(Multiaddr.fromBytes(bytes.toByteArray()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // of a kind that is not known here
        }
    }

    /** Whether {@code address} begins with an IP address that is nobody's private one. */
    static boolean isPublic(Multiaddr address) {
        return address.ipAddress().filter(ip -> !isPrivate(ip)).isPresent();
    }

    private static boolean isPrivate(InetAddress ip) {
        boolean uniqueLocal = ip instanceof Inet6Address && (ip.getAddress()[0] & 0xfe) == 0xfc; // RFC 4193
        return ip.isLoopbackAddress()
                || ip.isSiteLocalAddress()
                || ip.isLinkLocalAddress()
                || ip.isAnyLocalAddress()
                || uniqueLocal;
    }
}
