package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.Transport;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Connections over QUIC, in and out; the dialled ones are the {@link QuicDialer}'s. */
public final class QuicTransport implements Transport {
    private static final String NAME = "quic-v1";
    private static final long IDLE_SECONDS_MAX = 30; // the peer's bound counts if it is less
    static final int SENT_DATAGRAM_BYTES_MAX = 1452; // what an Ethernet frame carries over IPv6
    private static final long STREAM_BYTES = 1 << 20; // windows to begin with; quiche lets them grow to 16 and 24 MiB
    private static final long CONNECTION_BYTES = 8 << 20;
    private static final int KEEP_ALIVES_QUEUED = 8;
    private static final int UNPROVEN_PART =
            8; // of the handshakes that may be under way: more must prove their address

    private final Upgrader upgrader;
    private final QuicSecurity security;
    private final QuicSockets sockets;
    private final Map<EventLoop, DialSockets> dialSockets = new ConcurrentHashMap<>();
    private final QuicPunches punches = new QuicPunches();
    private final Set<QuicListener> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicInteger handshakes = new AtomicInteger(); // inbound ones under way
    private final @Nullable Throwable unavailable; // null where there is QUIC
    private volatile boolean closed;

    public QuicTransport(Host host, Upgrader upgrader) {
        this(upgrader, Quic.isAvailable() ? null : Quic.unavailabilityCause());
    }

    /** @param unavailable why the native library cannot be loaded; null if it can */
    QuicTransport(Upgrader upgrader, @Nullable Throwable unavailable) {
        this.upgrader = upgrader;
        this.security = new QuicSecurity(upgrader.identity());
        this.sockets = new QuicSockets(upgrader.eventLoops());
        this.unavailable = unavailable;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean canCarryPrivateNetwork() {
        return false; // its handshake is its own
    }

    @Override
    public boolean canDial(Multiaddr address) {
        return socketAddress(address).isPresent();
    }

    @Override
    public boolean canListen(Multiaddr address) {
        return socketAddress(address).isPresent();
    }

    private static Optional<InetSocketAddress> socketAddress(Multiaddr address) {
        return address.socketAddress(MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1)
                .filter(socket -> !socket.isUnresolved());
    }

    private static IOException noQuic(Throwable cause) {
        return new IOException(
                "there is no QUIC on this machine: its native library, netty-codec-native-quic for this system,"
                        + " cannot be loaded: " + cause,
                cause);
    }

    @Override
    public CompletableFuture<Listener> listen(Multiaddr address) {
        if (unavailable != null) {
            return CompletableFuture.failedFuture(noQuic(unavailable));
        }
        CompletableFuture<Listener> listening = new CompletableFuture<>();
        ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
        ListenSocket dials = new ListenSocket((loop, route) -> new QuicClient(this, security, loop, route));
        ChannelHandler codec = configure(new QuicServerCodecBuilder(), security::serverEngine)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, sockets.segments())
                .tokenHandler(new AddressTokens(this::isBusy, System::nanoTime))
                .handler(initializer(channel -> {
                    connections.add(channel);
                    accept((QuicChannel) channel);
                }))
                .streamHandler(initializer(this::onStream))
                .build();
        InetSocketAddress local = socketAddress(address).orElseThrow();
        sockets.bootstrap(upgrader.eventLoops(), local.getAddress(), initializer(channel -> channel.pipeline()
                        .addLast(dials, codec)))
                .bind(local)
                .addListener((ChannelFutureListener) bound -> {
                    if (bound.isSuccess()) {
                        QuicListener listener = new QuicListener(bound.channel(), dials, connections);
                        listeners.add(listener);
                        bound.channel().closeFuture().addListener(closed -> listeners.remove(listener));
                        listening.complete(listener);
                    } else {
                        listening.completeExceptionally(failure(bound));
                    }
                });
        return listening;
    }

    <B extends QuicCodecBuilder<B>> B configure(B codec, Function<QuicChannel, QuicSslEngine> engines) {
        return codec.sslEngineProvider(engines)
                .maxIdleTimeout(IDLE_SECONDS_MAX, TimeUnit.SECONDS)
                .maxSendUdpPayloadSize(SENT_DATAGRAM_BYTES_MAX)
                .discoverPmtu(true)
                .initialMaxData(CONNECTION_BYTES)
                .initialMaxStreamDataBidirectionalLocal(STREAM_BYTES)
                .initialMaxStreamDataBidirectionalRemote(STREAM_BYTES)
                .initialMaxStreamsBidirectional(upgrader.config().yamux().inboundStreamsMax())
                .initialMaxStreamsUnidirectional(0) // libp2p has none
                .datagram(KEEP_ALIVES_QUEUED, KEEP_ALIVES_QUEUED);
    }

    QuicSockets sockets() {
        return sockets;
    }

    static ChannelInitializer<Channel> initializer(Consumer<Channel> action) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                action.accept(channel);
            }

            @Override
            public boolean isSharable() {
                return true;
            }
        };
    }

    /** Every stream, whoever opens it, is watched from below; the peer's go on as the host has it. */
    void onStream(Channel channel) {
        QuicMuxedConnection.of(channel.parent()).watch(channel);
        channel.pipeline().addLast(upgrader.inboundStreams());
    }

    /** Whether so many inbound handshakes are under way that some senders may be forged. */
    private boolean isBusy() {
        return handshakes.get() >= upgrader.config().limits().handshakes().halfOpenMax() / UNPROVEN_PART;
    }

    private void accept(QuicChannel channel) {
        QuicConnectionHandler handler = new QuicConnectionHandler(channel, security, upgrader.config());
        channel.pipeline().addLast(handler);
        handshakes.incrementAndGet();
        handler.secured().whenComplete((session, failure) -> handshakes.decrementAndGet());
        upgrader.adopt(raw(channel, Direction.INBOUND, null), handler.secured(), handler.muxed())
                .thenAccept(punches::onConnection);
    }

    static RawConnection raw(QuicChannel channel, Direction direction, @Nullable PeerId expected) {
        return new RawConnection(
                NAME,
                channel,
                direction,
                multiaddr(channel.localSocketAddress()),
                multiaddr(channel.remoteSocketAddress()),
                expected,
                false);
    }

    static Multiaddr multiaddr(@Nullable SocketAddress socket) {
        if (socket instanceof InetSocketAddress inet) {
            return Multiaddr.of(inet, MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1);
        }
        throw new IllegalArgumentException("not a UDP socket address: " + socket);
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop) {
        return dial(address, peer, loop, DialOptions.defaults());
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop, DialOptions options) {
        if (unavailable != null) {
            return CompletableFuture.failedFuture(noQuic(unavailable));
        }
        InetSocketAddress remote = socketAddress(address).orElseThrow();
        Optional<QuicListener> listener = options.fromListenPort() ? listenerFor(remote) : Optional.empty();
        if (options.asListener()) {
            return listener.map(from -> punches.punch(from, remote, peer))
                    .orElseGet(() -> CompletableFuture.failedFuture(
                            new IOException("the peer cannot be let in by QUIC: nothing listens from which " + remote
                                    + " can be reached")));
        }
        QuicDialer dialer = new QuicDialer(this, upgrader, security, peer, remote);
        return listener.map(dialer::dial).orElseGet(() -> dialer.dial(dialSockets(loop)));
    }

    private DialSockets dialSockets(EventLoop loop) {
        DialSockets sockets = dialSockets.computeIfAbsent(loop, each -> new DialSockets(this, security, each));
        if (closed) { // meanwhile, and nobody else closes what was made since
            loop.execute(sockets::close);
        }
        return sockets;
    }

    @Override
    public void close() {
        closed = true;
        dialSockets.forEach((loop, sockets) -> loop.execute(sockets::close));
    }

    private Optional<QuicListener> listenerFor(InetSocketAddress remote) {
        return listeners.stream()
                .filter(listener -> listener.reaches(remote.getAddress()))
                .findFirst();
    }

    static Throwable failure(ChannelFuture future) {
        Throwable cause = future.cause();
        return cause == null ? new IOException("cancelled") : cause;
    }
}
