package dev.flotilla.libp2p.mdns;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the peers in this machine's networks, and is found by them, from its start until it is closed. It asks at once and
 * then ever less often (RFC 6762 §5.2), answers at most once a second (§6), and says goodbye (§10.1). One thread, but for
 * the goodbye.
 */
public final class Mdns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mdns.class);
    private static final Duration FIRST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LAST_INTERVAL = Duration.ofMinutes(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    private static final long ANSWER_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int NAME_LENGTH = 40; // the specification has 32 to 63
    private static final String NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final Set<MultiaddrProtocol> FAR = Set.of( // no use in one's own network, and packets are small
            MultiaddrProtocol.P2P_CIRCUIT,
            MultiaddrProtocol.WS,
            MultiaddrProtocol.WSS,
            MultiaddrProtocol.WEBRTC,
            MultiaddrProtocol.WEBRTC_DIRECT,
            MultiaddrProtocol.WEBTRANSPORT);

    private final Host host;
    private final Listener listener;
    private final MdnsSocket socket;
    private final String service;
    private final String peerName = peerName();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean answered;
    private long answeredAtNanos;
    private boolean servicesTold;
    private long servicesToldAtNanos;

    /** Is told of peers, the same ones again and again. On the discovery's thread. */
    @FunctionalInterface
    public interface Listener {
        /** @param addresses without the peer id; anybody in the network can have made them up */
        void found(PeerId peer, List<Multiaddr> addresses);
    }

    private Mdns(Host host, String service, Listener listener, MdnsSocket socket) {
        this.host = host;
        this.service = service;
        this.listener = listener;
        this.socket = socket;
    }

    /**
     * Starts to look around for {@code host}, which has started.
     *
     * @param privateNetwork the key that {@code host} has: then it finds those with the same alone, and is found by them
     * @throws IOException if there can be no multicast on this machine
     */
    public static Mdns start(Host host, Optional<PreSharedKey> privateNetwork, Listener listener) throws IOException {
        return start(
                host, privateNetwork, listener, MulticastGroup.open(MulticastGroup.MDNS, MulticastGroup::isOutside));
    }

    static Mdns start(Host host, Optional<PreSharedKey> privateNetwork, Listener listener, MdnsSocket socket) {
        Mdns started = new Mdns(host, MdnsPacket.service(privateNetwork), listener, socket);
        Thread thread = new Thread(started::run, "libp2p-mdns");
        thread.setDaemon(true);
        thread.start();
        return started;
    }

    private static String peerName() {
        StringBuilder name = new StringBuilder();
        new SecureRandom()
                .ints(NAME_LENGTH, 0, NAME_CHARACTERS.length())
                .forEach(i -> name.append(NAME_CHARACTERS.charAt(i)));
        return name.toString();
    }

    private void run() {
        String lastReason = "";
        try {
            do {
                try {
                    lookAround();
                } catch (IOException | RuntimeException e) { // interfaces come and go
                    String reason = String.valueOf(e.getMessage());
                    if (!isClosed() && !reason.equals(lastReason)) {
                        lastReason = reason;
                        LOG.warn("cannot find peers in the local network, trying again: {}", reason);
                    }
                }
            } while (!closed.await(AFTER_FAILURE.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            LOG.debug("interrupted");
        }
    }

    /** Until it is closed, or something fails. */
    private void lookAround() throws IOException {
        Duration interval = FIRST_INTERVAL;
        long askAtNanos = System.nanoTime();
        while (!isClosed()) {
            long left = askAtNanos - System.nanoTime();
            if (left <= 0) {
                socket.send(MdnsPacket.query(service));
                left = interval.toNanos();
                askAtNanos = System.nanoTime() + left;
                interval = interval.multipliedBy(2).compareTo(LAST_INTERVAL) < 0
                        ? interval.multipliedBy(2)
                        : LAST_INTERVAL;
            }
            byte[] packet = socket.receive(Duration.ofNanos(left));
            if (packet != null) {
                onPacket(packet);
            }
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void onPacket(byte[] bytes) throws IOException {
        MdnsPacket packet;
        try {
            packet = MdnsPacket.decode(service, bytes);
        } catch (IllegalArgumentException e) {
            LOG.debug("{}", e.getMessage());
            return;
        }
        if (packet.asksForPeers()) {
            answer();
        }
        if (packet.asksForServices()) {
            tellServices();
        }
        Map<PeerId, List<Multiaddr>> found = new LinkedHashMap<>();
        for (Multiaddr address : packet.addresses()) {
            found.computeIfAbsent(address.peerId().orElseThrow(), peer -> new ArrayList<>())
                    .add(address.withoutPeerId());
        }
        found.remove(host.peerId());
        found.forEach(this::tell);
    }

    private void tell(PeerId peer, List<Multiaddr> addresses) {
        try {
            listener.found(peer, List.copyOf(addresses));
        } catch (RuntimeException e) {
            LOG.warn("a listener failed", e);
        }
    }

    private void answer() throws IOException {
        long now = System.nanoTime();
        if (answered && now - answeredAtNanos < ANSWER_PAUSE_NANOS) {
            return;
        }
        List<Multiaddr> addresses = addresses();
        if (!addresses.isEmpty()) {
            answered = true;
            answeredAtNanos = now;
            socket.send(MdnsPacket.answer(service, peerName, addresses));
        }
    }

    private void tellServices() throws IOException {
        long now = System.nanoTime();
        if (!servicesTold || now - servicesToldAtNanos >= ANSWER_PAUSE_NANOS) {
            servicesTold = true;
            servicesToldAtNanos = now;
            socket.send(MdnsPacket.services(service));
        }
    }

    /** Loopback addresses only if there are no others. */
    private List<Multiaddr> addresses() {
        List<Multiaddr> near = host.reachableAddresses().stream()
                .filter(address -> FAR.stream().noneMatch(address::has))
                .map(address -> address.withPeerId(host.peerId()))
                .toList();
        List<Multiaddr> outside =
                near.stream().filter(address -> !isLoopback(address)).toList();
        return outside.isEmpty() ? near : outside;
    }

    private static boolean isLoopback(Multiaddr address) {
        return address.ipAddress().filter(InetAddress::isLoopbackAddress).isPresent();
    }

    /** Says goodbye, if anybody can know of this peer. */
    @Override
    public void close() throws IOException {
        if (!isClosed() && answered) {
            try {
                socket.send(MdnsPacket.goodbye(service, peerName));
            } catch (IOException e) {
                LOG.debug("no goodbye: {}", e.getMessage());
            }
        }
        closed.countDown();
        socket.close();
    }
}
