package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.ConnectionStep;
import dev.flotilla.libp2p.ConnectionTracer;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.StreamOptions;
import dev.flotilla.libp2p.Transport;
import dev.flotilla.libp2p.TransportFactory;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.limits.StreamSlots;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.libp2p.sockets.SocketKind;
import dev.flotilla.libp2p.yamux.YamuxConfig;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The implementation of {@link Host}. */
final class SwarmHost implements Host {
    private static final Logger LOG = LoggerFactory.getLogger(SwarmHost.class);
    private static final long CLOSE_SECONDS_MAX = 5;
    private static final int UNREAD_PART = 4;
    private static final long CLOSE_CONNECTIONS_SECONDS_MAX = 1;

    private final PrivateKey identity;
    private final String agentVersion;
    private final HostConfig config;
    private final HostCounters counters = new HostCounters();
    private final PeerTags peerTags = new PeerTags();
    private final EventLoopGroup group;
    private final StreamNegotiator negotiator;
    private final ConnectionTable table;
    private final UnreadBytes unread;
    private final Admission admission;
    private final SwarmUpgrader upgrader;
    private final Transports transports;
    private final Listeners listeners;
    private final Dialer dialer;
    private final LocalInterfaces interfaces = new LocalInterfaces();
    private final AdvertisedAddresses advertised = new AdvertisedAddresses();
    private final ConfirmedAddresses confirmed = new ConfirmedAddresses();
    private final List<Runnable> protocolsChanged = new CopyOnWriteArrayList<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    SwarmHost(HostBuilder builder, List<TransportFactory> transportFactories, List<SecurityProtocol> security) {
        identity = builder.identity();
        agentVersion = builder.agentVersion();
        config = builder.config();
        group = new MultiThreadIoEventLoopGroup(
                config.eventLoops(),
                new DefaultThreadFactory("libp2p", true),
                SocketKind.best().ioHandlers());
        ResourceLimits limits = config.limits();
        StreamSlots streams = new StreamSlots(limits.streams());
        Gate gate = new Gate(builder.connectionGater(), counters);
        negotiator = new StreamNegotiator(config.negotiationTimeout(), counters, streams, peerTags);
        table = new ConnectionTable(
                identity.peerId(), config.duplicateGrace(), limits.connections().perPeerMax(), counters);
        ConnectionTrimmer trimmer =
                new ConnectionTrimmer(table, limits.connections(), peerTags, streams, counters, System::nanoTime);
        admission = new Admission(limits, peerTags, trimmer, System::nanoTime);
        unread = new UnreadBytes(limits.receivedBytesMax(), peerTags, counters);
        ConnectionTracer tracer = step -> tell(builder.tracer(), step);
        UpgradeSteps steps = new UpgradeSteps(
                identity,
                security,
                builder.privateNetwork().orElse(null),
                (raw, session) -> {
                    gate.secured(raw, session);
                    admission.secured(raw, session.remotePeerId());
                },
                yamux(config),
                unread,
                negotiator.acceptor(),
                tracer);
        upgrader = new SwarmUpgrader(
                identity, config, counters, group, negotiator, gate, admission, steps, tracer, this::onConnection);
        transports = transports(builder, transportFactories, gate);
        listeners = new Listeners(transports, builder.listenAddresses());
        TracedDialer addresses = new TracedDialer(transports, tracer);
        DialBackoff backoff = new DialBackoff(System::nanoTime);
        dialer = new Dialer(
                identity.peerId(),
                table,
                counters,
                gate,
                (peer, known, options) ->
                        new DialAttempt(peer, known, options, addresses, backoff, group.next(), config.dialTimeout()));
        builder.services().forEach(service -> service.attach(this));
    }

    /** A tracer that fails does no harm to the connection. */
    private static void tell(ConnectionTracer tracer, ConnectionStep step) {
        try {
            tracer.onStep(step);
        } catch (RuntimeException e) {
            LOG.debug("the connection tracer failed at {}", step, e);
        }
    }

    /** One connection alone never holds so much that all of them together hold too much. */
    private static YamuxConfig yamux(HostConfig config) {
        long part = config.limits().receivedBytesMax() / UNREAD_PART;
        YamuxConfig yamux = config.yamux();
        long receiveBytesMax = Math.max(YamuxConfig.INITIAL_WINDOW_BYTES, Math.min(part, yamux.receiveBytesMax()));
        return yamux.withMemory(yamux.windowBytesMax(), receiveBytesMax, yamux.sendBytesMax());
    }

    private Transports transports(HostBuilder builder, List<TransportFactory> factories, Gate gate) {
        boolean isPrivate = builder.privateNetwork().isPresent();
        List<Transport> fit = new ArrayList<>();
        List<Transport> unfit = new ArrayList<>();
        for (TransportFactory factory : factories) {
            Transport transport = factory.newTransport(this, upgrader);
            (isPrivate && !transport.canCarryPrivateNetwork() ? unfit : fit).add(transport);
        }
        if (!unfit.isEmpty() && !builder.transports().isEmpty()) { // it was asked for by name
            throw new IllegalArgumentException("the transport " + unfit.get(0).name()
                    + " cannot carry a private network: leave it out, or the pre-shared key");
        }
        return new Transports(fit, unfit, gate);
    }

    @Override
    public CompletableFuture<Void> start() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("the host was started before");
        }
        return listeners.open();
    }

    @Override
    public PeerId peerId() {
        return identity.peerId();
    }

    @Override
    public PrivateKey identity() {
        return identity;
    }

    @Override
    public String agentVersion() {
        return agentVersion;
    }

    @Override
    public HostConfig config() {
        return config;
    }

    @Override
    public HostCounters counters() {
        return counters;
    }

    @Override
    public PeerTags peerTags() {
        return peerTags;
    }

    @Override
    public List<Multiaddr> listenAddresses() {
        return listeners.addresses();
    }

    @Override
    public CompletableFuture<Void> listen(Multiaddr address) {
        return listeners.open(address);
    }

    @Override
    public CompletableFuture<Void> unlisten(Multiaddr address) {
        return listeners.close(address);
    }

    @Override
    public List<Multiaddr> possibleAddresses() {
        Set<Multiaddr> possible = new LinkedHashSet<>();
        listenAddresses().forEach(address -> possible.addAll(interfaces.expand(address)));
        possible.addAll(advertised.all());
        return List.copyOf(possible);
    }

    @Override
    public List<Multiaddr> reachableAddresses() {
        return confirmed.arrange(possibleAddresses());
    }

    @Override
    public void confirm(Collection<Multiaddr> reachable, Collection<Multiaddr> unreachable) {
        confirmed.set(reachable, unreachable);
    }

    @Override
    public void advertise(String source, Collection<Multiaddr> addresses) {
        advertised.set(source, addresses);
    }

    @Override
    public void onAddressesChanged(Runnable told) {
        listeners.onChange(told);
        advertised.onChange(told);
        confirmed.onChange(told);
    }

    @Override
    public void onProtocolsChanged(Runnable told) {
        protocolsChanged.add(told);
    }

    private void protocolsChanged() {
        if (started.get() && !closing.get()) {
            protocolsChanged.forEach(Runnable::run);
        }
    }

    @Override
    public void handle(ProtocolId protocol, StreamHandler handler, StreamOptions options) {
        negotiator.handle(protocol, handler, options);
        protocolsChanged();
    }

    @Override
    public void unhandle(ProtocolId protocol) {
        negotiator.unhandle(protocol);
        protocolsChanged();
    }

    @Override
    public Set<String> protocols() {
        return new TreeSet<>(negotiator.protocols());
    }

    @Override
    public void addListener(ConnectionListener listener) {
        table.addListener(listener);
    }

    @Override
    public CompletableFuture<Connection> connect(PeerId peer, Collection<Multiaddr> addresses, DialOptions options) {
        return dialer.connect(peer, addresses, options);
    }

    @Override
    public boolean canDial(PeerId peer, Multiaddr address) {
        return transports.canDial(address, peer);
    }

    @Override
    public CompletableFuture<Stream> newStream(PeerId peer, ProtocolId protocol, StreamOptions options) {
        return table.best(peer)
                .map(connection -> connection.newStream(protocol, options))
                .orElseGet(() -> CompletableFuture.failedFuture(new IOException("not connected to " + peer)));
    }

    @Override
    public List<Connection> connections() {
        return List.copyOf(table.all());
    }

    @Override
    public List<Connection> connections(PeerId peer) {
        return List.copyOf(table.of(peer));
    }

    @Override
    public void identified(Connection connection, PeerInfo info) {
        if (connection instanceof SwarmConnection known) {
            known.setPeerInfo(info);
            table.identified(known);
        }
    }

    private void onConnection(SwarmConnection connection) {
        table.add(connection);
        connection.channel().closeFuture().addListener(done -> remove(connection));
        dialer.onConnection(connection);
        admission.trim();
        if (closing.get()) {
            connection.close(ErrorCode.SHUTDOWN);
        }
    }

    /** A turn later: then the writes that its end fails have told why, and so whose doing it is. */
    private void remove(SwarmConnection connection) {
        try {
            connection.channel().eventLoop().execute(() -> table.remove(connection));
        } catch (RejectedExecutionException e) {
            table.remove(connection); // the host is closed
        }
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        if (closing.compareAndSet(false, true)) {
            dialer.close();
            transports.close();
            upgrader.close();
            List<CompletableFuture<Void>> closes = table.all().stream()
                    .map(connection -> connection.close(ErrorCode.SHUTDOWN))
                    .toList();
            CompletableFuture.allOf(closes.toArray(CompletableFuture[]::new))
                    .orTimeout(CLOSE_CONNECTIONS_SECONDS_MAX, TimeUnit.SECONDS)
                    .handle((done, failure) -> listeners.close()) // later: QUIC says goodbye over the listening socket
                    .thenCompose(unbound -> unbound.orTimeout(CLOSE_CONNECTIONS_SECONDS_MAX, TimeUnit.SECONDS))
                    .whenComplete((done, failure) -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                            .addListener(over -> closed.complete(null)));
        }
        return closed.copy();
    }

    @Override
    public void close() {
        closeAsync()
                .completeOnTimeout(null, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                .join();
    }

    /** Bytes that came on all connections and that nothing has read; for tests. */
    long unreadBytes() {
        return unread.total();
    }

    @Override
    public String toString() {
        return "host " + peerId();
    }
}
