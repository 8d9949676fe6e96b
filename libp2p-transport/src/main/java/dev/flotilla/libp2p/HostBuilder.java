package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PrivateKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Says what a {@link Host} is made of. */
public final class HostBuilder {
    final PrivateKey identity;
    final List<Multiaddr> listenAddresses = new ArrayList<>();
    final List<HostService> services = new ArrayList<>();
    String agentVersion = "flotilla";
    HostConfig config = HostConfig.defaults();

    HostBuilder(PrivateKey identity) {
        this.identity = identity;
    }

    /** Listens there, too; port 0 lets the system choose. Without any, the host only dials. */
    public HostBuilder listen(Multiaddr address) {
        TcpAddress.of(address).bindAddress(); // or it throws
        listenAddresses.add(address);
        return this;
    }

    public HostBuilder listen(Collection<Multiaddr> addresses) {
        addresses.forEach(this::listen);
        return this;
    }

    public HostBuilder agentVersion(String name) {
        agentVersion = name;
        return this;
    }

    public HostBuilder config(HostConfig bounds) {
        config = bounds;
        return this;
    }

    /** Adds a protocol that every connection carries. */
    public HostBuilder service(HostService service) {
        services.add(service);
        return this;
    }

    /** The host, not started. */
    public Host build() {
        return new Host(this);
    }
}
