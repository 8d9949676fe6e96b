package dev.flotilla.libp2p.dcutr;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.dcutr.pb.HolePunch;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which addresses two peers tell each other to punch holes with. */
final class PunchAddresses {
    private static final int ADDRESSES_MAX = 16;
    private static final byte[] TRANSLATED = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0
    }; // 64:ff9b::/96

    private final Host host;
    private final Predicate<Multiaddr> usable;

    PunchAddresses(Host host, Predicate<Multiaddr> usable) {
        this.host = host;
        this.usable = usable;
    }

    /**
     * Where this host listens, also where nobody gets in without a hole, and then where it was seen with a port that it
     * listens on. A NAT shows the port of a connection that was dialled from another one to its peer alone: who tells it,
     * tells what nobody else can confirm. So each peer has one word, and only whom this host dialled itself, since anybody
     * may have dialled this host.
     */
    List<Multiaddr> own() {
        Set<Port> ports = host.listenAddresses().stream()
                .flatMap(address -> Port.of(address).stream())
                .collect(Collectors.toSet());
        Stream<Multiaddr> observed = host.connections().stream()
                .filter(connection -> connection.direction() == Direction.OUTBOUND && !connection.isRelayed())
                .filter(connection -> Port.of(connection.localAddress())
                        .filter(ports::contains)
                        .isPresent())
                .collect(Collectors.toMap(
                        Connection::remotePeerId, PunchAddresses::observed, (one, other) -> one, LinkedHashMap::new))
                .values()
                .stream()
                .flatMap(Optional::stream);
        return chosen(Stream.concat(host.possibleAddresses().stream(), observed), usable);
    }

    /** Where an address of a kind that holes are punched by leads to on its machine. */
    private record Port(MultiaddrProtocol protocol, int number) {
        /** Empty for addresses of other kinds. */
        static Optional<Port> of(Multiaddr address) {
            return of(address, MultiaddrProtocol.TCP)
                    .or(() -> of(address, MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1));
        }

        private static Optional<Port> of(Multiaddr address, MultiaddrProtocol... shape) {
            return address.socketAddress(shape)
                    .filter(socket -> !socket.isUnresolved())
                    .map(socket -> new Port(shape[0], socket.getPort()));
        }
    }

    private static Optional<MultiaddrProtocol> protocol(Multiaddr address) {
        return Port.of(address).map(Port::protocol);
    }

    /** What the peer says of a connection, if that can be. */
    private static Optional<Multiaddr> observed(Connection connection) {
        return connection
                .peerInfo()
                .flatMap(info -> Optional.ofNullable(info.observedAddress()))
                .filter(address -> protocol(address).equals(protocol(connection.localAddress())));
    }

    /** Those in the other side's message that can be dialled. */
    List<Multiaddr> theirs(HolePunch message) {
        return theirs(message, usable);
    }

    /** The same by what is {@code usable}. */
    static List<Multiaddr> theirs(HolePunch message, Predicate<Multiaddr> usable) {
        Stream<ByteString> told = message.getObsAddrsList().stream().limit(ADDRESSES_MAX);
        return chosen(told.flatMap(bytes -> parse(bytes).stream()), usable);
    }

    /** Those of {@code addresses} that can be dialled. */
    List<Multiaddr> usable(Collection<Multiaddr> addresses) {
        return chosen(addresses.stream(), usable);
    }

    private static List<Multiaddr> chosen(Stream<Multiaddr> addresses, Predicate<Multiaddr> usable) {
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

    /** Whether {@code address} begins with an IP address that one host in the internet can have. */
    static boolean isPublic(Multiaddr address) {
        return address.ipAddress().filter(ip -> !isPrivate(ip)).isPresent();
    }

    private static boolean isPrivate(InetAddress ip) {
        byte[] bytes = ip.getAddress();
        return ip.isLoopbackAddress()
                || ip.isSiteLocalAddress()
                || ip.isLinkLocalAddress()
                || ip.isAnyLocalAddress()
                || ip.isMulticastAddress()
                || (ip instanceof Inet6Address ? isSpecial6(bytes) : isSpecial4(bytes[0] & 0xff, bytes[1] & 0xff));
    }

    /** This network (RFC 1122), behind a carrier's NAT (RFC 6598), or reserved, broadcast included (RFC 1112). */
    private static boolean isSpecial4(int first, int second) {
        return first == 0 || (first == 100 && (second & 0xc0) == 64) || first >= 240;
    }

    /** Unique local (RFC 4193), or a translator's, behind which any IPv4 address may be (RFC 6052). */
    private static boolean isSpecial6(byte[] bytes) {
        return (bytes[0] & 0xfe) == 0xfc
                || Arrays.equals(bytes, 0, TRANSLATED.length, TRANSLATED, 0, TRANSLATED.length);
    }
}
