package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostFactory;
import dev.flotilla.libp2p.TransportFactory;
import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.libp2p.tcp.TcpTransport;
import java.util.List;

/** Makes hosts of this package, with all that there is unless the builder says otherwise. Found by its public name. */
public final class SwarmHostFactory implements HostFactory {
    private static final List<TransportFactory> TRANSPORTS = List.of(TcpTransport::new);
    private static final List<SecurityProtocol> SECURITY_PROTOCOLS = List.of(new Noise());

    @Override
    public Host newHost(HostBuilder builder) {
        return new SwarmHost(
                builder,
                builder.transports().isEmpty() ? TRANSPORTS : builder.transports(),
                builder.securityProtocols().isEmpty() ? SECURITY_PROTOCOLS : builder.securityProtocols());
    }
}
