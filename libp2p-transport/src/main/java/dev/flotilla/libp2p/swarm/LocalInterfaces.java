package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Multiaddr;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of this machine. Asked for anew at most once a second: that takes long, and any peer can make this host
 * say where it can be reached. Thread-safe.
 */
final class LocalInterfaces {
    private static final long AGE_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private @Nullable List<InetAddress> known; // guarded by this
    private long knownSinceNanos; // guarded by this

    /** {@code address} itself, or one for each interface that is up if it is a wildcard. */
    List<Multiaddr> expand(Multiaddr address) {
        InetAddress ip = address.ipAddress().orElse(null);
        if (ip == null || !ip.isAnyLocalAddress()) {
            return List.of(address);
        }
        return addresses().stream()
                .filter(local -> !(ip instanceof Inet4Address) || local instanceof Inet4Address)
                .map(address::withHost)
                .toList();
    }

    private synchronized List<InetAddress> addresses() {
        List<InetAddress> found = known;
        if (found == null || System.nanoTime() - knownSinceNanos > AGE_NANOS_MAX) {
            found = list();
            known = found;
            knownSinceNanos = System.nanoTime();
        }
        return found;
    }

    private static List<InetAddress> list() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(LocalInterfaces::isUp)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(local -> !local.isLinkLocalAddress())
                    .map(LocalInterfaces::withoutScope)
                    .toList();
        } catch (SocketException e) {
            throw new UncheckedIOException("cannot list the network interfaces", e);
        }
    }

    /** The system names the interface of every IPv6 address, which means nothing to others. */
    private static InetAddress withoutScope(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of a wrong length: " + address, e);
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
