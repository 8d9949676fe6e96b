package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.libp2p.security.SecurityProtocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Says what a {@link Host} is made of. What is not said has a good default: all transports, all security protocols. */
public final class HostBuilder {
    private final PrivateKey identity;
    private final List<Multiaddr> listenAddresses = new ArrayList<>();
    private final List<HostService> services = new ArrayList<>();
    private final List<TransportFactory> transports = new ArrayList<>();
    private final List<SecurityProtocol> securityProtocols = new ArrayList<>();
    private String agentVersion = "flotilla";
    private HostConfig config = HostConfig.defaults();
    private ConnectionTracer tracer = step -> {};
    private ConnectionGater connectionGater = new ConnectionGater() {};
    private @Nullable PreSharedKey privateNetwork;

    HostBuilder(PrivateKey identity) {
        this.identity = identity;
    }

    /** Listens there, too; port 0 lets the system choose. Without any, the host only dials. */
    public HostBuilder listen(Multiaddr address) {
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

    /** Adds a transport; once one is added, the host has those that were added and no others. */
    public HostBuilder transport(TransportFactory transport) {
        transports.add(transport);
        return this;
    }

    /** Adds a security protocol, the preferred first; once one is added, the host has those that were added and no others. */
    public HostBuilder security(SecurityProtocol protocol) {
        securityProtocols.add(protocol);
        return this;
    }

    /** Tells {@code listener} each step on the way to each connection. */
    public HostBuilder tracer(ConnectionTracer listener) {
        tracer = listener;
        return this;
    }

    /** Who may connect and be dialled; anybody, unless this is said. */
    public HostBuilder connectionGater(ConnectionGater gater) {
        connectionGater = gater;
        return this;
    }

    /**
     * Talks with no others than those who have this key (libp2p spec, pnet). The default transports are then those that
     * can; QUIC cannot.
     */
    public HostBuilder privateNetwork(PreSharedKey key) {
        privateNetwork = key;
        return this;
    }

    public PrivateKey identity() {
        return identity;
    }

    public List<Multiaddr> listenAddresses() {
        return List.copyOf(listenAddresses);
    }

    public String agentVersion() {
        return agentVersion;
    }

    public HostConfig config() {
        return config;
    }

    public List<HostService> services() {
        return List.copyOf(services);
    }

    public ConnectionGater connectionGater() {
        return connectionGater;
    }

    /** Empty if the host belongs to no private network. */
    public Optional<PreSharedKey> privateNetwork() {
        return Optional.ofNullable(privateNetwork);
    }

    /** Empty for the default ones. */
    public List<TransportFactory> transports() {
        return List.copyOf(transports);
    }

    /** Empty for the default ones. */
    public List<SecurityProtocol> securityProtocols() {
        return List.copyOf(securityProtocols);
    }

    public ConnectionTracer tracer() {
        return tracer;
    }

    /**
     * The host, not started.
     *
     * @throws IllegalArgumentException if no transport takes a listening address, or one that was added cannot carry the
     *     private network; the message says why
     */
    public Host build() {
        Optional<HostFactory> factory = ServiceLoader.load(HostFactory.class, HostBuilder.class.getClassLoader())
                .findFirst();
        return factory.orElseThrow(() -> new IllegalStateException(
                        "no implementation of " + HostFactory.class.getName() + " is on the class path"))
                .newHost(this);
    }
}
