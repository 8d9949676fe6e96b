package dev.flotilla.libp2p;

import dev.flotilla.libp2p.multistream.MultistreamInitiator;
import dev.flotilla.libp2p.multistream.MultistreamResponder;
import dev.flotilla.libp2p.yamux.YamuxHandler;
import dev.flotilla.libp2p.yamux.YamuxStreamChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Agrees on the protocol of each new stream, as either side, and hands the stream to who speaks it. Thread-safe. */
final class StreamNegotiator {
    private static final Logger LOG = LoggerFactory.getLogger(StreamNegotiator.class);

    private final Map<String, StreamHandler> handlers = new ConcurrentHashMap<>();
    private final Duration timeout;
    private final HostCounters counters;

    StreamNegotiator(Duration timeout, HostCounters counters) {
        this.timeout = timeout;
        this.counters = counters;
    }

    void handle(ProtocolId protocol, StreamHandler handler) {
        if (handlers.putIfAbsent(protocol.value(), handler) != null) {
            throw new IllegalArgumentException("protocol " + protocol + " has a handler already");
        }
    }

    void unhandle(ProtocolId protocol) {
        handlers.remove(protocol.value());
    }

    Set<String> protocols() {
        return Set.copyOf(handlers.keySet());
    }

    /** Opens a stream on {@code muxer} and proposes {@code protocol}. */
    CompletableFuture<Stream> open(Connection connection, YamuxHandler muxer, ProtocolId protocol) {
        CompletableFuture<Stream> opened = new CompletableFuture<>();
        MultistreamInitiator proposal = new MultistreamInitiator(
                List.of(protocol.value()),
                (ctx, agreed) -> new Stream(connection, protocol, Direction.OUTBOUND, streamOf(ctx)).install(opened));
        proposal.agreed().whenComplete((agreed, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(new IOException(
                        "no stream for " + protocol + " to " + connection.remotePeerId() + ": " + failure.getMessage(),
                        failure));
            }
        });
        CompletableFuture<YamuxStreamChannel> channel = muxer.openStream(new Starter(proposal));
        channel.whenComplete((made, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
            } else {
                resetUnlessAgreed(made, opened);
            }
        });
        limit(connection.channel(), opened);
        opened.whenComplete((stream, failure) -> channel.cancel(false)); // who waits to be opened waits no longer
        return opened;
    }

    private static YamuxStreamChannel streamOf(ChannelHandlerContext ctx) {
        return (YamuxStreamChannel) ctx.channel();
    }

    /** Gives up if it takes too long to agree. */
    private void limit(Channel channel, CompletableFuture<?> agreed) {
        try {
            Future<?> timer = channel.eventLoop()
                    .schedule(
                            () -> agreed.completeExceptionally(
                                    new IOException("no protocol was agreed on within " + timeout.toMillis() + " ms")),
                            timeout.toNanos(),
                            TimeUnit.NANOSECONDS);
            agreed.whenComplete((done, failure) -> timer.cancel(false));
        } catch (RejectedExecutionException e) {
            agreed.completeExceptionally(new IOException("the host is closed", e));
        }
    }

    private static void resetUnlessAgreed(YamuxStreamChannel channel, CompletableFuture<?> agreed) {
        agreed.whenComplete((done, failure) -> {
            if (failure != null) {
                channel.reset();
            }
        });
    }

    /** Starts to negotiate once the stream is active. */
    private static final class Starter extends ChannelInboundHandlerAdapter {
        private final ChannelHandler negotiation;

        Starter(ChannelHandler negotiation) {
            this.negotiation = negotiation;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.pipeline().replace(this, null, negotiation);
        }
    }

    /** What every stream that the peer opens starts with. */
    ChannelHandler acceptor(CompletableFuture<Connection> connection) {
        return new Acceptor(connection);
    }

    @ChannelHandler.Sharable
    private final class Acceptor extends ChannelInitializer<YamuxStreamChannel> {
        private final CompletableFuture<Connection> connection;

        Acceptor(CompletableFuture<Connection> connection) {
            this.connection = connection;
        }

        @Override
        protected void initChannel(YamuxStreamChannel channel) {
            CompletableFuture<Stream> agreed = new CompletableFuture<>();
            MultistreamResponder responder =
                    new MultistreamResponder(handlers::containsKey, (ctx, protocol) -> new Stream(
                                    connection.join(), new ProtocolId(protocol), Direction.INBOUND, channel)
                            .install(agreed));
            responder.agreed().whenComplete((done, failure) -> {
                if (failure != null) {
                    agreed.completeExceptionally(failure);
                }
            });
            channel.pipeline().addLast(responder);
            limit(channel, agreed);
            resetUnlessAgreed(channel, agreed);
            agreed.whenComplete((stream, failure) -> {
                if (failure == null) {
                    start(stream);
                } else {
                    counters.count(HostCounters.Event.STREAM_REFUSED);
                }
            });
        }
    }

    private void start(Stream stream) {
        StreamHandler handler = handlers.get(stream.protocolId().value());
        if (handler == null) {
            stream.reset(); // unhandled meanwhile
            return;
        }
        try {
            handler.onStream(stream);
        } catch (RuntimeException e) {
            LOG.warn("the handler of {} failed", stream, e);
            stream.reset();
        }
    }
}
