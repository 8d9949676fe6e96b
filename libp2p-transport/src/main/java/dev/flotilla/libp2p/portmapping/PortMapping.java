package dev.flotilla.libp2p.portmapping;

import com.offbynull.portmapper.mapper.MappedPort;
import com.offbynull.portmapper.mapper.PortMapper;
import com.offbynull.portmapper.mapper.PortType;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.gating.PublicInternet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the router pass on a port for each that a host listens on, from its start until it is closed: renews them at half
 * the time that the router grants, advertises them, and gives them back. One thread, since the library blocks.
 */
public final class PortMapping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PortMapping.class);
    private static final String SOURCE = "port mapping";
    private static final Duration LIFETIME = Duration.ofMinutes(30);
    private static final Duration RENEWAL = LIFETIME.dividedBy(2); // at the latest
    private static final Duration RENEWAL_MIN = Duration.ofMinutes(1);
    private static final Duration RETRY = Duration.ofMinutes(2); // where no router was found
    private static final Duration GOODBYE_MAX = Duration.ofSeconds(5);

    private final Host host;
    private final Supplier<Routers> routers;
    private final Duration renewal;
    private final Map<Multiaddr, Mapping> mappings = new LinkedHashMap<>(); // by where the host listens
    private final Thread thread = new Thread(this::run, "libp2p-port-mapping");
    private volatile boolean closed;

    private record Mapping(PortMapper router, MappedPort port) {}

    private PortMapping(Host host, Supplier<Routers> routers, Duration renewal) {
        this.host = host;
        this.routers = routers;
        this.renewal = renewal;
        thread.setDaemon(true);
    }

    /** Starts to map the ports of {@code host}, which has started. */
    public static PortMapping start(Host host) {
        return start(host, SystemRouters::new, RENEWAL);
    }

    static PortMapping start(Host host, Supplier<Routers> routers, Duration renewal) {
        PortMapping started = new PortMapping(host, routers, renewal);
        started.thread.start();
        return started;
    }

    private void run() {
        try {
            while (!closed) {
                try (Routers found = routers.get()) {
                    mapPorts(found);
                } catch (RuntimeException e) {
                    LOG.warn("mapping ports failed and is begun anew", e);
                }
                Thread.sleep(Math.min(RETRY.toMillis(), renewal.toMillis()));
            }
        } catch (InterruptedException e) {
            LOG.debug("closed");
        }
    }

    private void mapPorts(Routers found) throws InterruptedException {
        try {
            keep(found);
        } finally {
            giveBack();
        }
    }

    private void keep(Routers found) throws InterruptedException {
        List<PortMapper> all = List.of();
        while (!closed) {
            if (mappings.isEmpty()) {
                all = found.discover();
                LOG.debug("routers that map ports: {}", all);
            }
            for (Multiaddr address : host.listenAddresses()) {
                if (typeOf(address) != null) {
                    renew(address, all);
                }
            }
            host.advertise(SOURCE, external());
            Thread.sleep(pause().toMillis());
        }
    }

    private Duration pause() {
        if (mappings.isEmpty()) {
            return RETRY;
        }
        long seconds = mappings.values().stream()
                .mapToLong(mapping -> mapping.port().getLifetime())
                .min()
                .orElseThrow();
        Duration wanted = renewalOf(seconds);
        return wanted.compareTo(renewal) < 0 ? wanted : renewal;
    }

    /** When to renew what a router granted for so long; it may grant less than it was asked for (RFC 6886 §3.3). */
    static Duration renewalOf(long seconds) {
        return Duration.ofSeconds(Math.max(RENEWAL_MIN.toSeconds(), Math.min(RENEWAL.toSeconds(), seconds / 2)));
    }

    /** Null for addresses that no router can lead to. */
    private static @Nullable PortType typeOf(Multiaddr address) {
        InetAddress ip = address.ipAddress().orElse(null);
        if (ip == null || ip.isLoopbackAddress() || address.has(MultiaddrProtocol.P2P_CIRCUIT)) {
            return null;
        }
        return address.has(MultiaddrProtocol.UDP) ? PortType.UDP : PortType.TCP;
    }

    private static int portOf(Multiaddr address) {
        return Integer.parseInt(address.valueOf(MultiaddrProtocol.TCP)
                .or(() -> address.valueOf(MultiaddrProtocol.UDP))
                .orElseThrow());
    }

    private void renew(Multiaddr address, List<PortMapper> all) throws InterruptedException {
        Mapping known = mappings.get(address);
        if (known != null) {
            try {
                MappedPort port = known.router().refreshPort(known.port(), LIFETIME.toSeconds());
                mappings.put(address, new Mapping(known.router(), port));
                return;
            } catch (RuntimeException e) { // what the library throws
                mappings.remove(address);
                LOG.info("the router maps {} no more: {}", address, e.getMessage());
            }
        }
        for (PortMapper router : all) {
            try {
                MappedPort port =
                        router.mapPort(typeOf(address), portOf(address), portOf(address), LIFETIME.toSeconds());
                mappings.put(address, new Mapping(router, port));
                LOG.info("the router maps {}:{} to {}", port.getExternalAddress(), port.getExternalPort(), address);
                return;
            } catch (RuntimeException e) {
                LOG.debug("{} maps no port for {}: {}", router, address, e.getMessage());
            }
        }
    }

    /** Where the mapped ports are; behind a second router, a carrier's for one, that is nowhere. */
    private List<Multiaddr> external() {
        List<Multiaddr> addresses = new ArrayList<>();
        mappings.forEach((address, mapping) -> external(address, mapping.port()).ifPresent(addresses::add));
        return addresses;
    }

    private static Optional<Multiaddr> external(Multiaddr address, MappedPort port) {
        InetAddress ip = port.getExternalAddress();
        if (ip == null || !PublicInternet.contains(ip)) {
            return Optional.empty();
        }
        MultiaddrProtocol[] shape = address.components().stream()
                .skip(1)
                .map(Multiaddr.Component::protocol)
                .toArray(MultiaddrProtocol[]::new);
        return Optional.of(Multiaddr.of(new InetSocketAddress(ip, port.getExternalPort()), shape));
    }

    private void giveBack() {
        boolean interrupted = Thread.interrupted(); // the library would do nothing
        host.advertise(SOURCE, List.of());
        try {
            for (Mapping mapping : mappings.values()) {
                try {
                    mapping.router().unmapPort(mapping.port());
                } catch (RuntimeException e) {
                    LOG.debug("the router takes {} not back: {}", mapping.port(), e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        mappings.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gives the ports back; those that a router does not take back in time end by themselves. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(GOODBYE_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
