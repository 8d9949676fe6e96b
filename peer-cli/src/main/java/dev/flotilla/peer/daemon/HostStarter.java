package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.ping.Ping;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the host, on the ports that the system chose before as far as they are free. */
final class HostStarter {
    private static final Logger LOG = LoggerFactory.getLogger(HostStarter.class);

    private final PrivateKey identity;
    private final RememberedPorts ports;

    HostStarter(PrivateKey identity, RememberedPorts ports) {
        this.identity = identity;
        this.ports = ports;
    }

    /**
     * A host that listens on {@code wanted}.
     *
     * @throws IOException if an address cannot be had; the message names it
     */
    Host start(List<Multiaddr> wanted) throws IOException {
        List<Multiaddr> again = ports.apply(wanted);
        Host host = startOn(again, wanted);
        ports.remember(wanted, host.listenAddresses());
        return host;
    }

    private Host startOn(List<Multiaddr> again, List<Multiaddr> wanted) throws IOException {
        try {
            return bind(again);
        } catch (IOException e) {
            if (again.equals(wanted)) {
                throw e;
            }
            LOG.warn("the port of the last time is taken, another one is used: {}", e.getMessage());
            return bind(wanted);
        }
    }

    private Host bind(List<Multiaddr> addresses) throws IOException {
        Host host = Host.builder(identity)
                .listen(addresses)
                .service(new Identify())
                .service(new Ping())
                .build();
        try {
            host.start().join();
            return host;
        } catch (CompletionException e) {
            host.close();
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }
}
