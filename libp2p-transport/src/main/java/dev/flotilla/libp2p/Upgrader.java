package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.multistream.MultistreamInitiator;
import dev.flotilla.libp2p.multistream.MultistreamResponder;
import dev.flotilla.libp2p.multistream.ProtocolInstaller;
import dev.flotilla.libp2p.noise.NoiseHandler;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.yamux.YamuxHandler;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes connections out of TCP connections (libp2p spec, connections): agree on Noise, secure, agree on yamux, within
 * one time limit, and with a bound on the inbound ones under way.
 */
final class Upgrader {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrader.class);
    private static final String YAMUX = "/yamux/1.0.0";
    private static final List<String> MUXERS = List.of(YAMUX); // exactly one: js-libp2p chooses wrongly among several

    private final PrivateKey identity;
    private final HostConfig config;
    private final HostCounters counters;
    private final StreamNegotiator negotiator;
    private final Consumer<Connection> opened;
    private final AtomicInteger halfOpen = new AtomicInteger(); // inbound handshakes under way
    private final AtomicInteger connections = new AtomicInteger(); // of both directions, handshakes included
    private final AddressQuota halfOpenByAddress;
    private final AddressQuota inboundByAddress;
    private final Set<Channel> upgrading = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Upgrader(
            PrivateKey identity,
            HostConfig config,
            HostCounters counters,
            StreamNegotiator negotiator,
            Consumer<Connection> opened) {
        this.identity = identity;
        this.config = config;
        this.counters = counters;
        this.negotiator = negotiator;
        this.opened = opened;
        this.halfOpenByAddress = new AddressQuota(part(config.halfOpenMax()));
        this.inboundByAddress = new AddressQuota(part(config.connectionsMax()));
    }

    /** Takes an inbound TCP connection, or closes it at once. */
    void accept(Channel channel) {
        counters.count(HostCounters.Event.ACCEPTED);
        SocketAddress remote = channel.remoteAddress();
        if (closed || connections.get() >= config.connectionsMax() || halfOpen.get() >= config.halfOpenMax()) {
            refuse(channel);
        } else if (!inboundByAddress.enter(remote)) {
            refuse(channel);
        } else if (!halfOpenByAddress.enter(remote)) {
            inboundByAddress.leave(remote);
            refuse(channel);
        } else {
            halfOpen.incrementAndGet();
            channel.closeFuture().addListener(done -> inboundByAddress.leave(remote));
            upgrade(channel, Direction.INBOUND, null).whenComplete((connection, failure) -> {
                halfOpen.decrementAndGet();
                halfOpenByAddress.leave(remote);
                if (failure != null) {
                    counters.count(HostCounters.Event.INBOUND_HANDSHAKE_FAILED);
                    LOG.debug("inbound handshake with {} failed: {}", remote, failure.getMessage());
                }
            });
        }
    }

    private void refuse(Channel channel) {
        counters.count(HostCounters.Event.REFUSED);
        channel.close();
    }

    /** What one address may have of {@code max}: enough for a few peers behind one router. */
    private static int part(int max) {
        return Math.max(1, max / 4);
    }

    /** Secures a connection that this side dialled; on its event loop. */
    CompletableFuture<Connection> upgradeOutbound(Channel channel, PeerId expected) {
        return upgrade(channel, Direction.OUTBOUND, expected).whenComplete((connection, failure) -> {
            if (failure != null) {
                counters.count(HostCounters.Event.OUTBOUND_HANDSHAKE_FAILED);
            }
        });
    }

    private CompletableFuture<Connection> upgrade(Channel channel, Direction direction, @Nullable PeerId expected) {
        connections.incrementAndGet();
        channel.closeFuture().addListener(done -> connections.decrementAndGet());
        upgrading.add(channel);
        CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        Future<?> timer = channel.eventLoop()
                .schedule(
                        () -> {
                            if (upgraded.completeExceptionally(new IOException("the handshake took longer than "
                                    + config.handshakeTimeout().toMillis() + " ms"))) {
                                counters.count(HostCounters.Event.HANDSHAKE_TIMED_OUT);
                            }
                        },
                        config.handshakeTimeout().toNanos(),
                        TimeUnit.NANOSECONDS);
        upgraded.whenComplete((connection, failure) -> {
            timer.cancel(false);
            upgrading.remove(channel);
            if (failure != null) {
                channel.close();
            }
        });
        channel.pipeline().addLast(ConnectionGuard.NAME, new ConnectionGuard(upgraded, counters));
        handshake(channel, direction, expected, upgraded).whenComplete((connection, failure) -> {
            if (failure != null) {
                upgraded.completeExceptionally(failure instanceof CompletionException ? failure.getCause() : failure);
            } else {
                upgraded.complete(connection);
            }
        });
        channel.config().setAutoRead(true);
        return upgraded;
    }

    private CompletableFuture<Connection> handshake(
            Channel channel, Direction direction, @Nullable PeerId expected, CompletableFuture<Connection> upgraded) {
        return agree(channel, direction, NoiseHandler.PROTOCOL)
                .thenCompose(noise -> secure(channel, direction, expected))
                .thenCompose(secured -> {
                    CompletableFuture<String> muxer = secured.muxer() != null
                            ? CompletableFuture.completedFuture(secured.muxer())
                            : agree(channel, direction, YAMUX);
                    return muxer.thenApply(agreed -> establish(channel, direction, secured.remotePeerId(), upgraded));
                });
    }

    private CompletableFuture<SecureSession> secure(Channel channel, Direction direction, @Nullable PeerId expected) {
        NoiseHandler noise = direction == Direction.OUTBOUND
                ? NoiseHandler.initiator(identity, expected, MUXERS)
                : NoiseHandler.responder(identity, MUXERS);
        channel.pipeline().addBefore(ConnectionGuard.NAME, null, noise);
        return noise.session();
    }

    private static CompletableFuture<String> agree(Channel channel, Direction direction, String protocol) {
        ProtocolInstaller next = (ctx, agreed) -> {}; // who waits for the future puts in the next handler
        if (direction == Direction.OUTBOUND) {
            MultistreamInitiator proposal = new MultistreamInitiator(List.of(protocol), next);
            channel.pipeline().addBefore(ConnectionGuard.NAME, null, proposal);
            return proposal.agreed();
        }
        MultistreamResponder responder = new MultistreamResponder(protocol::equals, next);
        channel.pipeline().addBefore(ConnectionGuard.NAME, null, responder);
        return responder.agreed();
    }

    /** The connection is there: streams can come and go from the next byte on. */
    private Connection establish(Channel channel, Direction direction, PeerId peer, CompletableFuture<Connection> up) {
        if (peer.equals(identity.peerId())) {
            throw new CompletionException(new IOException("the other side is this peer itself"));
        }
        if (up.isDone() || !channel.isActive()) {
            throw new CompletionException(new IOException("the connection was closed during the handshake"));
        }
        CompletableFuture<Connection> made = new CompletableFuture<>();
        YamuxHandler muxer =
                new YamuxHandler(direction == Direction.OUTBOUND, config.yamux(), negotiator.acceptor(made));
        channel.pipeline().addBefore(ConnectionGuard.NAME, "yamux", muxer);
        Connection connection = new Connection(channel, muxer, negotiator, peer, direction);
        made.complete(connection);
        channel.pipeline().get(ConnectionGuard.class).established(connection);
        counters.count(HostCounters.Event.OPENED);
        opened.accept(connection);
        return connection;
    }

    void close() {
        closed = true;
        upgrading.forEach(Channel::close);
    }
}
