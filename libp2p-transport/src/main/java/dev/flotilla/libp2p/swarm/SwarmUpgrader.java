package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionState;
import dev.flotilla.libp2p.ConnectionStep;
import dev.flotilla.libp2p.ConnectionTracer;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.limits.ResourceLimitException;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedConnection;
import dev.flotilla.libp2p.security.SecureSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Upgrades connections within the host's limits; the steps themselves are the {@link UpgradeSteps}'. */
final class SwarmUpgrader implements Upgrader {
    private static final Logger LOG = LoggerFactory.getLogger(SwarmUpgrader.class);

    private final PrivateKey identity;
    private final HostConfig config;
    private final HostCounters counters;
    private final EventLoopGroup eventLoops;
    private final StreamNegotiator negotiator;
    private final Gate gate;
    private final UpgradeSteps steps;
    private final ConnectionTracer tracer;
    private final Consumer<SwarmConnection> opened;
    private final Admission admission;
    private final Set<Channel> upgrading = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param opened told of each connection on its event loop, before its first stream */
    SwarmUpgrader(
            PrivateKey identity,
            HostConfig config,
            HostCounters counters,
            EventLoopGroup eventLoops,
            StreamNegotiator negotiator,
            Gate gate,
            Admission admission,
            UpgradeSteps steps,
            ConnectionTracer tracer,
            Consumer<SwarmConnection> opened) {
        this.identity = identity;
        this.config = config;
        this.counters = counters;
        this.eventLoops = eventLoops;
        this.negotiator = negotiator;
        this.gate = gate;
        this.tracer = tracer;
        this.opened = opened;
        this.admission = admission;
        this.steps = steps;
    }

    @Override
    public PrivateKey identity() {
        return identity;
    }

    @Override
    public HostConfig config() {
        return config;
    }

    @Override
    public EventLoopGroup eventLoops() {
        return eventLoops;
    }

    @Override
    public ChannelHandler inboundStreams() {
        return negotiator.acceptor();
    }

    /** What stands between a raw connection and a secured and divided one. */
    private interface Handshake {
        CompletableFuture<Secured> run();
    }

    /** The result of a handshake; {@code muxed} is put to work, where that is still to be done, by {@code begin}. */
    record Secured(SecureSession session, ConnectionState state, MuxedConnection muxed, Runnable begin) {}

    @Override
    public CompletableFuture<Connection> upgrade(RawConnection raw) {
        return upgrade(raw, () -> steps.run(raw));
    }

    @Override
    public CompletableFuture<Connection> adopt(
            RawConnection raw, CompletableFuture<SecureSession> secured, MuxedConnection muxed) {
        ConnectionState state = new ConnectionState(raw.transport(), raw.transport(), raw.transport(), true);
        return upgrade(raw, () -> steps.adopt(raw, secured)
                .thenApply(session -> new Secured(session, state, muxed, () -> {})));
    }

    private CompletableFuture<Connection> upgrade(RawConnection raw, Handshake handshake) {
        CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        boolean inbound = raw.direction() == Direction.INBOUND;
        if (inbound) {
            counters.count(HostCounters.Event.ACCEPTED);
        }
        try {
            begin(raw, upgraded);
        } catch (IOException e) {
            countRefusal(raw, e);
            codeOf(e).explain(raw.channel());
            raw.channel().close();
            upgraded.completeExceptionally(e);
            return upgraded;
        }
        limit(raw, upgraded);
        raw.channel().pipeline().addLast(ConnectionGuard.NAME, new ConnectionGuard(upgraded, counters));
        handshake.run().thenApply(secured -> establish(raw, secured, upgraded)).whenComplete((connection, failure) -> {
            if (failure != null) {
                upgraded.completeExceptionally(failure instanceof CompletionException ? failure.getCause() : failure);
            } else {
                upgraded.complete(connection);
            }
        });
        raw.channel().config().setAutoRead(true);
        return upgraded;
    }

    /** @throws IOException if the handshake must not even begin; if it may, its place is taken */
    private void begin(RawConnection raw, CompletableFuture<Connection> upgraded) throws IOException {
        if (closed) {
            throw new IOException("the host is closed");
        }
        if (raw.direction() == Direction.INBOUND) {
            gate.accept(raw);
            admission.begin(raw, upgraded);
        }
    }

    /** Whether it is one. */
    private boolean countRefusal(RawConnection raw, Throwable failure) {
        if (!(failure instanceof ResourceLimitException limit)) {
            return false;
        }
        counters.countRefusal(limit.resource());
        if (raw.direction() == Direction.INBOUND) {
            counters.count(HostCounters.Event.REFUSED);
        }
        return true;
    }

    /** Gives up after a time, and sees to what a failure leaves behind. */
    private void limit(RawConnection raw, CompletableFuture<Connection> upgraded) {
        Channel channel = raw.channel();
        upgrading.add(channel);
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
                codeOf(failure).explain(channel);
                channel.close();
                onFailure(raw, failure);
            }
        });
    }

    private static ErrorCode codeOf(Throwable failure) {
        return failure instanceof Gate.GatedException
                ? ErrorCode.GATED
                : failure instanceof ResourceLimitException ? ErrorCode.RESOURCE_LIMIT_EXCEEDED : ErrorCode.NO_ERROR;
    }

    private void onFailure(RawConnection raw, Throwable failure) {
        if (countRefusal(raw, failure)) {
            LOG.debug("connection with {} refused: {}", raw.remoteAddress(), failure.getMessage());
        } else if (raw.direction() == Direction.INBOUND) {
            counters.count(HostCounters.Event.INBOUND_HANDSHAKE_FAILED);
            LOG.debug("inbound handshake with {} failed: {}", raw.remoteAddress(), failure.getMessage());
        } else {
            counters.count(HostCounters.Event.OUTBOUND_HANDSHAKE_FAILED);
        }
    }

    /** The connection is there: streams can come and go from the next byte on. */
    private SwarmConnection establish(RawConnection raw, Secured secured, CompletableFuture<Connection> upgraded) {
        if (secured.session().remotePeerId().equals(identity.peerId())) {
            throw new CompletionException(new IOException("the other side is this peer itself"));
        }
        if (upgraded.isDone() || !raw.channel().isActive()) {
            throw new CompletionException(new IOException("the connection was closed during the handshake"));
        }
        SwarmConnection connection =
                new SwarmConnection(raw, secured.session(), secured.state(), secured.muxed(), negotiator);
        try {
            gate.upgraded(connection);
            if (!raw.channel().isActive()) {
                throw new IOException("the connection gater closed the connection");
            }
        } catch (IOException e) {
            raw.channel().closeFuture().addListener(closed -> connection.onClosed()); // the gater may have kept it
            throw new CompletionException(e);
        }
        secured.begin().run();
        raw.channel().pipeline().get(ConnectionGuard.class).established(connection);
        counters.count(HostCounters.Event.OPENED);
        tracer.onStep(new ConnectionStep(raw.direction(), raw.remoteAddress(), ConnectionStep.Kind.ESTABLISHED, ""));
        opened.accept(connection);
        return connection;
    }

    /** Ends all that is under way. */
    void close() {
        closed = true;
        upgrading.forEach(channel -> {
            ErrorCode.SHUTDOWN.explain(channel);
            channel.close();
        });
    }
}
