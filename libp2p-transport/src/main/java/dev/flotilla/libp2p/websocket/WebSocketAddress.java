package dev.flotilla.libp2p.websocket;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a WebSocket address leads.
 *
 * @param secure whether TLS is below HTTP, with a certificate in the name of {@code host}
 * @param host the name, or the IP address as text; without brackets
 */
public record WebSocketAddress(InetSocketAddress socket, boolean secure, String host) {
    private static final int NAME_LENGTH_MAX = 253;
    private static final Pattern HOST_NAME = // the last label begins with a letter: an IP address does not (RFC 3986)
            Pattern.compile(
                    "(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?\\.?",
                    Pattern.CASE_INSENSITIVE);

    private static final Multiaddr TLS_WS = Multiaddr.parse("/tls/ws");
    private static final Multiaddr WSS = Multiaddr.parse("/wss");

    /** Empty for addresses of other shapes, those with a name to look up, and those whose server has no possible name. */
    static Optional<WebSocketAddress> of(Multiaddr address) {
        return plain(address)
                .or(() -> secure(address, MultiaddrProtocol.TCP, MultiaddrProtocol.WSS))
                .or(() -> secure(address, MultiaddrProtocol.TCP, MultiaddrProtocol.TLS, MultiaddrProtocol.WS))
                .or(() -> secure(
                        address,
                        MultiaddrProtocol.TCP,
                        MultiaddrProtocol.TLS,
                        MultiaddrProtocol.SNI,
                        MultiaddrProtocol.WS));
    }

    /** As {@link #of}, of an address without TLS. */
    static Optional<WebSocketAddress> plain(Multiaddr address) {
        return of(address, false, MultiaddrProtocol.TCP, MultiaddrProtocol.WS);
    }

    private static Optional<WebSocketAddress> secure(Multiaddr address, MultiaddrProtocol... shape) {
        return of(address, true, shape);
    }

    private static Optional<WebSocketAddress> of(Multiaddr address, boolean secure, MultiaddrProtocol... shape) {
        return address.socketAddress(shape)
                .filter(socket -> !socket.isUnresolved())
                .map(socket -> new WebSocketAddress(
                        socket, secure, address.valueOf(MultiaddrProtocol.SNI).orElseGet(() -> socket.getAddress()
                                .getHostAddress())))
                .filter(found -> isHost(found.host()));
    }

    /** Whether a URI can have it, and an HTTP request name it: the value of an {@code /sni} is a stranger's. */
    private static boolean isHost(String host) {
        return NetUtil.isValidIpV4Address(host)
                || NetUtil.isValidIpV6Address(host)
                || (host.length() <= NAME_LENGTH_MAX && HOST_NAME.matcher(host).matches());
    }

    /**
     * {@code address} so that it still says after the look-up of its name in whose name the server must have its
     * certificate: {@code /dns/example.org/tcp/443/tls/ws} becomes {@code /dns/example.org/tcp/443/tls/sni/example.org/ws}.
     * Other addresses stay as they are.
     */
    public static Multiaddr keepName(Multiaddr address) {
        Multiaddr place = address.withoutPeerId();
        Multiaddr rest = place.decapsulate(WSS).decapsulate(TLS_WS);
        if (rest.equals(place) || rest.isEmpty() || place.has(MultiaddrProtocol.SNI)) {
            return address;
        }
        Multiaddr named = rest.encapsulate(
                Multiaddr.parse("/tls/sni/" + rest.components().get(0).text() + "/ws"));
        return address.peerId().map(named::withPeerId).orElse(named);
    }
}
