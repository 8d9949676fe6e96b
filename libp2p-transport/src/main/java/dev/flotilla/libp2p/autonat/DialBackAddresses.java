package dev.flotilla.libp2p.autonat;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.gating.PublicInternet;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * Which addresses a server dials for others: those with an IP address that it has a route to, in the public Internet
 * unless others are allowed. Names are not dialled: nobody knows what they lead to before they are looked up.
 */
final class DialBackAddresses {
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
                .filter(ip -> isOwn
                        && (privateAllowed || PublicInternet.contains(ip))
                        && canDial.test(peer, bare)
                        && hasRoute.test(ip))
                .map(ip -> new Chosen(index, bare, ip));
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
