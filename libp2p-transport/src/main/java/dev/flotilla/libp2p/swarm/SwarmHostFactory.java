package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostFactory;
import dev.flotilla.libp2p.TransportFactory;
import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.quic.QuicTransport;
import dev.flotilla.libp2p.relay.RelayTransport;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.libp2p.tcp.TcpTransport;
import dev.flotilla.libp2p.tls.Tls;
import dev.flotilla.libp2p.websocket.WebSocketTransport;
import java.util.ArrayList;
import java.util.List;

/** Makes hosts of this package, with all that there is unless the builder says otherwise. Found by its public name. */
public final class SwarmHostFactory implements HostFactory {
    private static final List<TransportFactory> TRANSPORTS =
            List.of(QuicTransport::new, TcpTransport::new, WebSocketTransport::new, RelayTransport::new);

    @Override
    public Host newHost(HostBuilder builder) {
        return new SwarmHost(
                builder,
                builder.transports().isEmpty() ? TRANSPORTS : builder.transports(),
                builder.securityProtocols().isEmpty() ? securityProtocols() : builder.securityProtocols());
    }

    /**
     * TLS where it is available, then Noise, which every peer speaks. The faster comes first, as measured by the profile
     * {@code speed} on two busy cores, in CPU seconds for a GiB on one stream, both sides together: 1.8 by TLS and 30 by
     * Noise on JDK 17, 3.9 and 21 on JDK 25 (before it was warm). Handshakes cost about the same.
     */
    private static List<SecurityProtocol> securityProtocols() {
        List<SecurityProtocol> protocols = new ArrayList<>();
        Tls.ifAvailable().ifPresent(protocols::add);
        protocols.add(new Noise());
        return protocols;
    }
}
