package dev.flotilla.libp2p.mdns;

import dev.flotilla.libp2p.gating.Subnet;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The multicast group of mDNS over IPv4, on each network interface that is wanted, those included that appear later. */
final class MulticastGroup implements MdnsSocket {
    static final InetSocketAddress MDNS = new InetSocketAddress("224.0.0.251", 5353);

    private static final Logger LOG = LoggerFactory.getLogger(MulticastGroup.class);
    private static final int PACKET_BYTES_MAX = 9000; // RFC 6762 §17
    private static final int TTL = 255; // RFC 6762 §11

    private final InetSocketAddress group;
    private final Predicate<NetworkInterface> wanted;
    private final MulticastSocket socket;
    private final Set<NetworkInterface> joined = new HashSet<>(); // guarded by this
    private volatile List<Subnet> near = List.of(); // as of the last packet that was sent

    private MulticastGroup(InetSocketAddress group, Predicate<NetworkInterface> wanted, MulticastSocket socket) {
        this.group = group;
        this.wanted = wanted;
        this.socket = socket;
    }

    /** @param wanted of the interfaces that are up and have an IPv4 address */
    static MulticastGroup open(InetSocketAddress group, Predicate<NetworkInterface> wanted) throws IOException {
        MulticastSocket socket = new MulticastSocket(group.getPort()); // shared with others on this machine
        socket.setTimeToLive(TTL);
        socket.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
        MulticastGroup opened = new MulticastGroup(group, wanted, socket);
        synchronized (opened) {
            opened.usableNow().forEach(opened::join);
        }
        return opened;
    }

    /** Whether other machines can be behind it. */
    static boolean isOutside(NetworkInterface network) {
        try {
            return !network.isLoopback() && !network.isPointToPoint() && network.supportsMulticast();
        } catch (SocketException e) {
            return false; // it went away meanwhile
        }
    }

    private List<NetworkInterface> usableNow() throws IOException {
        List<NetworkInterface> usable = NetworkInterface.networkInterfaces()
                .filter(MulticastGroup::isUsable)
                .filter(wanted)
                .toList();
        near = usable.stream()
                .flatMap(network -> network.getInterfaceAddresses().stream())
                .filter(address -> address.getAddress() instanceof Inet4Address)
                .map(address -> Subnet.around(address.getAddress(), address.getNetworkPrefixLength()))
                .toList();
        return usable;
    }

    /** Whether a packet is from the same link; from elsewhere it may have been sent to this machine alone. */
    private boolean isNear(InetAddress source) {
        return near.stream().anyMatch(subnet -> subnet.contains(source));
    }

    private static boolean isUsable(NetworkInterface network) {
        try {
            return network.isUp() && network.inetAddresses().anyMatch(Inet4Address.class::isInstance);
        } catch (SocketException e) {
            return false;
        }
    }

    private boolean join(NetworkInterface network) {
        if (!joined.contains(network)) {
            try {
                socket.joinGroup(group, network);
                joined.add(network);
            } catch (IOException e) {
                LOG.debug("cannot join the group on {}: {}", network.getName(), e.getMessage());
                return false;
            }
        }
        return true;
    }

    @Override
    public synchronized void send(byte[] packet) throws IOException {
        for (NetworkInterface network : usableNow()) {
            if (join(network)) {
                try {
                    socket.setNetworkInterface(network);
                    socket.send(new DatagramPacket(packet, packet.length, group));
                } catch (IOException e) {
                    LOG.debug("cannot send on {}: {}", network.getName(), e.getMessage());
                }
            }
        }
    }

    @Override
    public byte @Nullable [] receive(Duration patience) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[PACKET_BYTES_MAX], PACKET_BYTES_MAX);
        socket.setSoTimeout((int) Math.max(1, patience.toMillis()));
        try {
            socket.receive(packet);
            if (!isNear(packet.getAddress())) { // RFC 6762 §11
                LOG.debug("a packet from {} is not of this network", packet.getAddress());
                return null;
            }
            return Arrays.copyOf(packet.getData(), packet.getLength());
        } catch (SocketTimeoutException e) {
            return null;
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
