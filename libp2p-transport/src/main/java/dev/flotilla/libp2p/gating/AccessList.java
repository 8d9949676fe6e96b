package dev.flotilla.libp2p.gating;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionGater;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may connect and be dialled: peers and subnets that are allowed, and such that are denied. Without an allowed peer
 * any peer is; without an allowed subnet any address is; what is denied is so even where it is allowed. Changes count
 * from the next connection on: open ones live on until who changes the list closes them. Through a relay the relay's
 * address counts, since the peer's own is not known. Thread-safe.
 */
public final class AccessList implements ConnectionGater {
    private final Set<PeerId> allowedPeers = ConcurrentHashMap.newKeySet();
    private final Set<PeerId> deniedPeers = ConcurrentHashMap.newKeySet();
    private final Set<Subnet> allowedSubnets = ConcurrentHashMap.newKeySet();
    private final Set<Subnet> deniedSubnets = ConcurrentHashMap.newKeySet();

    /** From the first one on, no other peer may connect. */
    public AccessList allow(PeerId peer) {
        allowedPeers.add(peer);
        return this;
    }

    /** From the first one on, no other address may connect. */
    public AccessList allow(Subnet subnet) {
        allowedSubnets.add(subnet);
        return this;
    }

    public AccessList deny(PeerId peer) {
        deniedPeers.add(peer);
        return this;
    }

    public AccessList deny(Subnet subnet) {
        deniedSubnets.add(subnet);
        return this;
    }

    /** Takes {@code peer} off both lists; the last allowed peer takes the restriction with it. */
    public void remove(PeerId peer) {
        allowedPeers.remove(peer);
        deniedPeers.remove(peer);
    }

    /** Takes {@code subnet} off both lists; the last allowed subnet takes the restriction with it. */
    public void remove(Subnet subnet) {
        allowedSubnets.remove(subnet);
        deniedSubnets.remove(subnet);
    }

    /** Whether {@code peer} may connect, from an address that may. */
    public boolean permits(PeerId peer) {
        return !deniedPeers.contains(peer) && (allowedPeers.isEmpty() || allowedPeers.contains(peer));
    }

    /** Whether a peer that may connect may do so from {@code address}. One without an IP address is on no list. */
    public boolean permits(Multiaddr address) {
        Optional<InetAddress> ip = address.ipAddress();
        if (ip.isEmpty()) {
            return allowedSubnets.isEmpty();
        }
        return !contains(deniedSubnets, ip.get()) && (allowedSubnets.isEmpty() || contains(allowedSubnets, ip.get()));
    }

    private static boolean contains(Set<Subnet> subnets, InetAddress address) {
        return subnets.stream().anyMatch(subnet -> subnet.contains(address));
    }

    @Override
    public boolean interceptPeerDial(PeerId peer) {
        return permits(peer);
    }

    @Override
    public boolean interceptAddrDial(PeerId peer, Multiaddr address) {
        return permits(address);
    }

    @Override
    public boolean interceptAccept(Multiaddr localAddress, Multiaddr remoteAddress) {
        return permits(remoteAddress);
    }

    @Override
    public boolean interceptSecured(Direction direction, PeerId peer, Multiaddr remoteAddress) {
        return permits(peer);
    }

    /** Again, since the list may have changed during the handshake. */
    @Override
    public boolean interceptUpgraded(Connection connection) {
        return permits(connection.remotePeerId()) && permits(connection.remoteAddress());
    }
}
