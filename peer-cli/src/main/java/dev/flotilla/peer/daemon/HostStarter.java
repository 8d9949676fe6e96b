package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.dcutr.Dcutr;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.perf.Perf;
import dev.flotilla.libp2p.perf.PerfLimits;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.yamux.YamuxConfig;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the host, on the ports that the system chose before as far as they are free. */
final class HostStarter {
    private static final Logger LOG = LoggerFactory.getLogger(HostStarter.class);

    private static final PerfLimits PERF =
            new PerfLimits(64L << 30, Duration.ofMinutes(10)); // each stream, for anybody

    /**
     * A member that hangs, or a link that is dead, is found out within ten seconds rather than forty: dials and frames go
     * another way. It costs a ping for each connection on which nothing came for five seconds, however many groups.
     */
    private static final YamuxConfig WATCHFUL =
            YamuxConfig.defaults().withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(10));

    private final PrivateKey identity;
    private final PeerId operator;
    private final RememberedPorts ports;

    HostStarter(PrivateKey identity, PeerId operator, RememberedPorts ports) {
        this.identity = identity;
        this.operator = operator;
        this.ports = ports;
    }

    /**
     * A host as {@code settings} want it, with these services besides.
     *
     * @throws IOException if an address cannot be had; the message names it
     */
    Host start(NetworkSettings settings, List<? extends HostService> services) throws IOException {
        List<Multiaddr> again = ports.apply(settings.listen());
        Host host = startOn(again, settings, services);
        ports.remember(settings.listen(), host.listenAddresses());
        return host;
    }

    private Host startOn(List<Multiaddr> again, NetworkSettings settings, List<? extends HostService> services)
            throws IOException {
        try {
            return bind(settings.withListen(again), services);
        } catch (IOException e) {
            if (again.equals(settings.listen())) {
                throw e;
            }
            LOG.warn("the port of the last time is taken, another one is used: {}", e.getMessage());
            return bind(settings, services);
        }
    }

    private static Host build(HostBuilder builder) throws IOException {
        try {
            return builder.build();
        } catch (IllegalArgumentException e) { // an address that no transport takes
            throw new IOException(e.getMessage(), e);
        }
    }

    private Host bind(NetworkSettings settings, List<? extends HostService> services) throws IOException {
        HostBuilder builder = Host.builder(identity)
                .listen(settings.listen())
                .config(HostConfig.defaults().withYamux(WATCHFUL))
                .connectionGater(settings.access().toList(operator))
                .service(new Identify())
                .service(new Ping())
                .service(new Dcutr());
        if (settings.perf()) {
            builder.service(new Perf(PERF));
        }
        services.forEach(builder::service);
        if (settings.swarmKey() != null) {
            builder.privateNetwork(settings.swarmKey().key());
        }
        Host host = build(builder);
        host.peerTags().protect(operator, "operator"); // commands work however many others are connected
        try {
            host.start().join();
            return host;
        } catch (CompletionException e) {
            host.close();
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }
}
