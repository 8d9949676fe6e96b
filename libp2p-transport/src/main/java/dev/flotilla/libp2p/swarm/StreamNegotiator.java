package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.StreamOptions;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.libp2p.limits.ResourceLimitException;
import dev.flotilla.libp2p.limits.StreamSlots;
import dev.flotilla.libp2p.multistream.MultistreamInitiator;
import dev.flotilla.libp2p.multistream.MultistreamResponder;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedStream;
import dev.flotilla.transport.PeerId;
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

    private static final int PROTOCOLS_NAMED = 32;

    private final Map<String, Answer> answers = new ConcurrentHashMap<>(); // by protocol
    private final Duration timeout;
    private final HostCounters counters;
    private final StreamSlots slots;
    private final PeerTags tags;
    private final ChannelHandler acceptor = new Acceptor();

    StreamNegotiator(Duration timeout, HostCounters counters, StreamSlots slots, PeerTags tags) {
        this.timeout = timeout;
        this.counters = counters;
        this.slots = slots;
        this.tags = tags;
    }

    private record Answer(StreamHandler handler, StreamOptions options) {
        boolean isFor(SwarmConnection connection) {
            return options.limitedAllowed() || !connection.isLimited();
        }
    }

    void handle(ProtocolId protocol, StreamHandler handler, StreamOptions options) {
        if (answers.putIfAbsent(protocol.value(), new Answer(handler, options)) != null) {
            throw new IllegalArgumentException("protocol " + protocol + " has a handler already");
        }
    }

    void unhandle(ProtocolId protocol) {
        answers.remove(protocol.value());
    }

    Set<String> protocols() {
        return Set.copyOf(answers.keySet());
    }

    private boolean isAnswered(String protocol, SwarmConnection connection) {
        Answer answer = answers.get(protocol);
        return answer != null && answer.isFor(connection);
    }

    /** Opens a stream on {@code connection} and proposes {@code protocol}. */
    CompletableFuture<Stream> open(SwarmConnection connection, ProtocolId protocol) {
        StreamSlots.Slot slot;
        try {
            slot = enter(connection, false);
            agree(slot, protocol.value());
        } catch (ResourceLimitException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Stream> opened = new CompletableFuture<>();
        MultistreamInitiator proposal =
                new MultistreamInitiator(List.of(protocol.value()), (ctx, agreed) -> new SwarmStream(
                                connection,
                                protocol,
                                Direction.OUTBOUND,
                                connection.muxed().streamOf(ctx.channel()))
                        .install(opened));
        proposal.agreed().whenComplete((agreed, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(new IOException(
                        "no stream for " + protocol + " to " + connection.remotePeerId() + ": " + failure.getMessage()
                                + whatItSpeaks(connection, protocol),
                        failure));
            }
        });
        CompletableFuture<? extends MuxedStream> stream = openStream(connection, new Starter(proposal));
        stream.whenComplete((made, failure) -> {
            if (failure != null) {
                slot.leave();
                opened.completeExceptionally(failure);
            } else if (made == null) { // QUIC forgets a stream that has ended
                slot.leave();
                opened.completeExceptionally(new IOException("no stream: it ended at once"));
            } else {
                made.channel().closeFuture().addListener(closed -> slot.leave());
                resetUnlessAgreed(made, opened);
            }
        });
        limit(connection.channel(), opened);
        opened.whenComplete((done, failure) -> stream.cancel(false)); // who waits to be opened waits no longer
        return opened;
    }

    private static CompletableFuture<? extends MuxedStream> openStream(
            SwarmConnection connection, ChannelHandler starter) {
        try {
            return connection.muxed().openStream(starter);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(new IOException("no stream: " + e.getMessage(), e));
        }
    }

    /** What the peer has said that it answers, for who asked for something else. */
    private static String whatItSpeaks(SwarmConnection connection, ProtocolId protocol) {
        List<String> protocols = connection.peerInfo().map(PeerInfo::protocols).orElse(List.of());
        if (protocols.isEmpty() || protocols.contains(protocol.value())) {
            return "";
        }
        List<String> named = protocols.subList(0, Math.min(PROTOCOLS_NAMED, protocols.size()));
        return "; it says that it speaks " + String.join(", ", named) + (named.size() < protocols.size() ? ", .." : "");
    }

    private StreamSlots.Slot enter(SwarmConnection connection, boolean inbound) throws ResourceLimitException {
        PeerId peer = connection.remotePeerId();
        try {
            return slots.enter(peer, inbound, tags.isProtected(peer));
        } catch (ResourceLimitException e) {
            counters.countRefusal(e.resource());
            throw e;
        }
    }

    private void agree(StreamSlots.Slot slot, String protocol) throws ResourceLimitException {
        try {
            slot.agree(protocol);
        } catch (ResourceLimitException e) {
            counters.countRefusal(e.resource());
            slot.leave();
            throw e;
        }
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

    private static void resetUnlessAgreed(MuxedStream stream, CompletableFuture<?> agreed) {
        agreed.whenComplete((done, failure) -> {
            if (failure != null) {
                stream.reset(ErrorCode.PROTOCOL_NEGOTIATION_FAILED);
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

    /** What the pipeline of every stream that a peer opens starts with. */
    ChannelHandler acceptor() {
        return acceptor;
    }

    @ChannelHandler.Sharable
    private final class Acceptor extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            SwarmConnection connection = SwarmConnection.on(channel.parent());
            if (connection == null) {
                channel.close(); // the transport did not wait for the handshake
                return;
            }
            accept(connection, connection.muxed().streamOf(channel));
        }
    }

    private void accept(SwarmConnection connection, MuxedStream stream) {
        StreamSlots.Slot slot;
        try {
            slot = enter(connection, true);
        } catch (ResourceLimitException e) {
            counters.count(HostCounters.Event.STREAM_REFUSED);
            stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
            return;
        }
        stream.channel().closeFuture().addListener(closed -> slot.leave());
        CompletableFuture<Stream> agreed = new CompletableFuture<>();
        MultistreamResponder responder = new MultistreamResponder(
                protocol -> isAnswered(protocol, connection),
                (ctx, protocol) -> new SwarmStream(connection, new ProtocolId(protocol), Direction.INBOUND, stream)
                        .install(agreed));
        responder.agreed().whenComplete((done, failure) -> {
            if (failure != null) {
                agreed.completeExceptionally(failure);
            }
        });
        stream.channel().pipeline().addLast(responder);
        limit(stream.channel(), agreed);
        resetUnlessAgreed(stream, agreed);
        agreed.whenComplete((done, failure) -> {
            if (failure == null) {
                start(done, slot);
            } else {
                counters.count(HostCounters.Event.STREAM_REFUSED);
            }
        });
    }

    private void start(Stream stream, StreamSlots.Slot slot) {
        try {
            agree(slot, stream.protocolId().value());
        } catch (ResourceLimitException e) {
            counters.count(HostCounters.Event.STREAM_REFUSED);
            stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
            return;
        }
        Answer answer = answers.get(stream.protocolId().value());
        if (answer == null) {
            stream.reset(ErrorCode.PROTOCOL_NEGOTIATION_FAILED); // unhandled meanwhile
            return;
        }
        try {
            answer.handler().onStream(stream);
        } catch (RuntimeException e) {
            LOG.warn("the handler of {} failed", stream, e);
            stream.reset();
        }
    }
}
