package dev.flotilla.libp2p;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * A multiaddr that the TCP transport understands: an IP address or a name, a port, perhaps a peer id.
 *
 * @param multiaddr as it was given
 * @param socketAddress unresolved for a name
 */
record TcpAddress(Multiaddr multiaddr, InetSocketAddress socketAddress) {
    /**
     * @throws IllegalArgumentException if {@code multiaddr} has another shape
     */
    static TcpAddress of(Multiaddr multiaddr) {
        return new TcpAddress(
                multiaddr,
                multiaddr
                        .tcpSocketAddress()
                        .orElseThrow(() -> new IllegalArgumentException("not a TCP address: " + multiaddr
                                + " (expected /ip4, /ip6, /dns, /dns4 or /dns6, then /tcp/PORT)")));
    }

    /** The multiaddr of a connected or bound socket. */
    static Multiaddr multiaddrOf(SocketAddress socket) {
        if (socket instanceof InetSocketAddress inet) {
            return Multiaddr.of(inet);
        }
        throw new IllegalArgumentException("not a TCP socket address: " + socket);
    }

    boolean isName() {
        return socketAddress.isUnresolved();
    }

    /**
     * The address to bind to.
     *
     * @throws IllegalArgumentException if this is a name, or names a peer
     */
    InetSocketAddress bindAddress() {
        if (isName() || multiaddr.peerId().isPresent()) {
            throw new IllegalArgumentException(
                    "cannot listen on " + multiaddr + ": expected /ip4 or /ip6 and /tcp/PORT, without a peer id");
        }
        return socketAddress;
    }

    /** Those of {@code found} that the multiaddr's kind of name may lead to. */
    List<InetSocketAddress> permitted(List<InetSocketAddress> found) {
        return found.stream().filter(socket -> isPermitted(socket.getAddress())).toList();
    }

    private boolean isPermitted(InetAddress address) {
        if (multiaddr.has(MultiaddrProtocol.DNS4)) {
            return address instanceof Inet4Address;
        }
        return !multiaddr.has(MultiaddrProtocol.DNS6) || address instanceof Inet6Address;
    }
}
