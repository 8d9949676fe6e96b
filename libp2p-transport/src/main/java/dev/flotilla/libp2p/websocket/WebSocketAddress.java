package dev.flotilla.libp2p.websocket;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where a WebSocket address leads.
 *
 * @param secure whether TLS is below HTTP, with a certificate in the name of {@code host}
 * @param host the name, or the IP address as text; without brackets
 */
public record WebSocketAddress(InetSocketAddress socket, boolean secure, String host) {
    private static final Multiaddr TLS_WS = Multiaddr.parse("/tls/ws");
    private static final Multiaddr WSS = Multiaddr.parse("/wss");

    /** Empty for addresses of other shapes, and for those with a name to look up. */
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
                                .getHostAddress())));
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
