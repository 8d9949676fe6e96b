package dev.flotilla.libp2p;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** The addresses of this machine. */
final class LocalInterfaces {
    private LocalInterfaces() {}

    /** {@code address} itself, or one for each interface that is up if it is a wildcard. */
    static List<Multiaddr> expand(Multiaddr address) {
        InetSocketAddress socket = TcpAddress.of(address).socketAddress();
        InetAddress ip = socket.getAddress();
        if (ip == null || !ip.isAnyLocalAddress()) {
            return List.of(address);
        }
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(LocalInterfaces::isUp)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(local -> !local.isLinkLocalAddress())
                    .filter(local -> !(ip instanceof Inet4Address) || local instanceof Inet4Address)
                    .map(local -> TcpAddress.multiaddrOf(new InetSocketAddress(local, socket.getPort())))
                    .toList();
        } catch (SocketException e) {
            throw new UncheckedIOException("cannot list the network interfaces", e);
        }
    }

    private static boolean isUp(NetworkInterface network) {
        try {
            return network.isUp();
        } catch (SocketException e) {
            return false; // it went away meanwhile
        }
    }
}
