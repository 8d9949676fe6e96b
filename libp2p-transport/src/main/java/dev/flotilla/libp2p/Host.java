package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A libp2p peer: one identity, its listeners, its connections, and the protocols that it answers. Connections are TCP,
 * secured by Noise and multiplexed by yamux (libp2p spec, connections). Thread-safe. Callbacks and future completions
 * come on the host's event loops and must not block.
 */
public final class Host implements AutoCloseable {
    private static final long CLOSE_SECONDS_MAX = 5;

    private final PrivateKey identity;
    private final PeerId peerId;
    private final String agentVersion;
    private final List<Multiaddr> wantedAddresses;
    private final HostConfig config;
    private final HostCounters counters = new HostCounters();
    private final EventLoopGroup group;
    private final StreamNegotiator negotiator;
    private final ConnectionTable table;
    private final Upgrader upgrader;
    private final TcpTransport tcp;
    private final Dialer dialer;
    private final LocalInterfaces interfaces = new LocalInterfaces();
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    Host(HostBuilder builder) {
        identity = builder.identity;
        peerId = identity.peerId();
        agentVersion = builder.agentVersion;
        wantedAddresses = List.copyOf(builder.listenAddresses);
        config = builder.config;
        group = new MultiThreadIoEventLoopGroup(
                config.eventLoops(), new DefaultThreadFactory("libp2p", true), NioIoHandler.newFactory());
        negotiator = new StreamNegotiator(config.negotiationTimeout(), counters);
        table = new ConnectionTable(peerId, config.duplicateGrace());
        upgrader = new Upgrader(identity, config, counters, negotiator, this::onConnection);
        tcp = new TcpTransport(group, upgrader, config.addressTimeout());
        dialer = new Dialer(
                peerId,
                table,
                counters,
                (peer, addresses) -> new DialAttempt(peer, addresses, tcp, group.next(), config.dialTimeout()));
        builder.services.forEach(service -> service.attach(this));
    }

    /** A builder of hosts that are {@code identity}. */
    public static HostBuilder builder(PrivateKey identity) {
        return new HostBuilder(identity);
    }

    /**
     * Binds the listeners. Fails with an {@link IOException} that names the address that cannot be had; then nothing
     * listens.
     */
    public CompletableFuture<Void> start() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException("the host was started before");
        }
        List<CompletableFuture<Void>> bound = new ArrayList<>();
        for (Multiaddr address : wantedAddresses) {
            bound.add(listen(address));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(bound.toArray(CompletableFuture[]::new));
        all.whenComplete((done, failure) -> {
            if (failure != null) {
                listeners.forEach(Channel::close);
            }
        });
        return all;
    }

    private CompletableFuture<Void> listen(Multiaddr address) {
        CompletableFuture<Void> bound = new CompletableFuture<>();
        TcpAddress wanted = TcpAddress.of(address);
        tcp.listen(wanted.bindAddress()).addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                listeners.add(done.channel());
                bound.complete(null);
            } else {
                Throwable cause = done.cause();
                bound.completeExceptionally(new IOException(
                        "cannot listen on " + address + ": " + (cause == null ? "cancelled" : cause.getMessage()),
                        cause));
            }
        });
        return bound;
    }

    public PeerId peerId() {
        return peerId;
    }

    /** The key that proves {@link #peerId}. */
    public PrivateKey identity() {
        return identity;
    }

    /** What identify calls this program. */
    public String agentVersion() {
        return agentVersion;
    }

    public HostCounters counters() {
        return counters;
    }

    /** Where the host listens, with the real ports, as it was told: {@code 0.0.0.0} stays. Without the peer id. */
    public List<Multiaddr> listenAddresses() {
        return listeners.stream()
                .filter(Channel::isActive)
                .map(listener -> TcpAddress.multiaddrOf(listener.localAddress()))
                .toList();
    }

    /** {@link #listenAddresses} as others can dial them: wildcards are replaced by the interfaces' addresses. */
    public List<Multiaddr> reachableAddresses() {
        return listenAddresses().stream()
                .flatMap(address -> interfaces.expand(address).stream())
                .distinct()
                .toList();
    }

    /**
     * Answers {@code protocol}.
     *
     * @throws IllegalArgumentException if it has a handler already
     */
    public void handle(ProtocolId protocol, StreamHandler handler) {
        negotiator.handle(protocol, handler);
    }

    /** No longer answers {@code protocol}; open streams live on. */
    public void unhandle(ProtocolId protocol) {
        negotiator.unhandle(protocol);
    }

    /** The protocols that are answered, in order. */
    public Set<String> protocols() {
        return new TreeSet<>(negotiator.protocols());
    }

    public void addListener(ConnectionListener listener) {
        table.addListener(listener);
    }

    /**
     * The connection to {@code peer}; if there is none, the addresses are tried until one of them is that peer's. Calls
     * at the same time share one dial, with the addresses of the first. Fails with a {@link DialException}.
     */
    public CompletableFuture<Connection> connect(PeerId peer, Collection<Multiaddr> addresses) {
        return dialer.connect(peer, addresses);
    }

    /**
     * Connects to the peer that {@code address} names by its {@code /p2p} part.
     *
     * @throws IllegalArgumentException if it names none
     */
    public CompletableFuture<Connection> connect(Multiaddr address) {
        PeerId peer = address.peerId()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the multiaddr names no peer: " + address + " lacks /p2p/PEER_ID"));
        return connect(peer, List.of(address));
    }

    /** A stream over the connection to {@code peer}; fails with an {@link IOException} if there is none. */
    public CompletableFuture<Stream> newStream(PeerId peer, ProtocolId protocol) {
        return table.best(peer)
                .map(connection -> connection.newStream(protocol))
                .orElseGet(() -> CompletableFuture.failedFuture(new IOException("not connected to " + peer)));
    }

    /** All open connections; two to one peer for a short time after both sides dialled at once. */
    public List<Connection> connections() {
        return table.all();
    }

    /** The open connections to {@code peer}, the one for new streams first. */
    public List<Connection> connections(PeerId peer) {
        return table.of(peer);
    }

    /** Says on whose behalf {@code connection}'s peer has described itself; called by the identify protocol. */
    public void identified(Connection connection, PeerInfo info) {
        connection.setPeerInfo(info);
        table.identified(connection);
    }

    private void onConnection(Connection connection) {
        connection.channel().closeFuture().addListener(done -> table.remove(connection));
        table.add(connection);
        dialer.onConnection(connection);
        if (closing.get()) {
            connection.close();
        }
    }

    /** Closes everything; all futures complete. The future completes when the last thread has nothing more to do. */
    public CompletableFuture<Void> closeAsync() {
        if (closing.compareAndSet(false, true)) {
            dialer.close();
            tcp.close();
            listeners.forEach(Channel::close);
            upgrader.close();
            List<CompletableFuture<Void>> closes =
                    table.all().stream().map(Connection::close).toList();
            CompletableFuture.allOf(closes.toArray(CompletableFuture[]::new))
                    .orTimeout(1, TimeUnit.SECONDS)
                    .whenComplete((done, failure) -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                            .addListener(over -> closed.complete(null)));
        }
        return closed.copy();
    }

    /** {@link #closeAsync}, and waits for it. Not to be called on one of the host's own threads. */
    @Override
    public void close() {
        closeAsync()
                .completeOnTimeout(null, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public String toString() {
        return "host " + peerId;
    }
}
