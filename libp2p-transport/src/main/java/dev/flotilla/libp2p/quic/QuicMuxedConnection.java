package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedConnection;
import dev.flotilla.libp2p.yamux.YamuxConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of a QUIC connection. Opening one waits while the peer allows no more. State is touched on the event loop
 * only.
 */
final class QuicMuxedConnection implements MuxedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(QuicMuxedConnection.class);
    private static final AttributeKey<QuicMuxedConnection> KEY =
            AttributeKey.valueOf(QuicMuxedConnection.class, "muxed");
    private static final int WAITING_MAX = 4096;
    private static final int UNENDED_FACTOR = 4; // of the streams that a peer may have at once
    private static final int ROOM_BYTES = 2 * QuicTransport.SENT_DATAGRAM_BYTES_MAX; // resets and a goodbye fit into
    private static final int OPENED_MAX = 128; // go and js allow 256; Netty looks at each stream for each packet

    private final QuicChannel channel;
    private final YamuxConfig config;
    private final QuicSending sending;
    private final Set<QuicStream> streams = new HashSet<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable String closedBecause;
    private volatile boolean givenUp;
    private int opened; // streams of this side that have not ended
    private int unended; // streams that Netty keeps to the connection's end, since it never saw theirs

    private record Waiting(ChannelHandler handler, CompletableFuture<QuicStream> opened) {}

    QuicMuxedConnection(QuicChannel channel, YamuxConfig config) {
        this.channel = channel;
        this.config = config;
        this.sending = new QuicSending(channel);
        channel.attr(KEY).set(this);
    }

    /** That of a QUIC connection. */
    static QuicMuxedConnection of(Channel connection) {
        QuicMuxedConnection muxed = connection.attr(KEY).get();
        if (muxed == null) {
            throw new IllegalStateException("not a QUIC connection of this transport: " + connection);
        }
        return muxed;
    }

    @Override
    public CompletableFuture<QuicStream> openStream(ChannelHandler handler) {
        CompletableFuture<QuicStream> opened = new CompletableFuture<>();
        try {
            if (channel.eventLoop().inEventLoop()) {
                open(new Waiting(handler, opened));
            } else {
                channel.eventLoop().execute(() -> open(new Waiting(handler, opened)));
            }
        } catch (RejectedExecutionException e) {
            opened.completeExceptionally(new IOException("no stream: the event loop has ended", e));
        }
        return opened;
    }

    private void open(Waiting next) {
        if (closedBecause != null) {
            next.opened().completeExceptionally(new IOException("no stream: " + closedBecause));
        } else if (waiting.size() >= WAITING_MAX) {
            next.opened()
                    .completeExceptionally(
                            new IOException("no stream: " + waiting.size() + " wait to be opened already"));
        } else {
            waiting.add(next);
            openWaiting();
        }
    }

    /** The peer may allow more streams than before. */
    void openWaiting() {
        while (closedBecause == null
                && opened < Math.min(OPENED_MAX, config.outboundStreamsMax())
                && channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0) {
            Waiting next = waiting.poll();
            if (next == null) {
                return;
            }
            if (!next.opened().isDone()) { // who asked may have given up
                openNow(next);
            }
        }
    }

    private void openNow(Waiting next) {
        channel.createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        watch(stream);
                        stream.pipeline().addLast(next.handler());
                    }
                })
                .addListener((Future<QuicStreamChannel> created) -> {
                    if (!created.isSuccess()) {
                        next.opened()
                                .completeExceptionally(new IOException(
                                        "no stream: " + created.cause().getMessage(), created.cause()));
                    } else if (!next.opened().complete(streamOf(created.getNow()))) {
                        streamOf(created.getNow()).reset();
                    }
                });
    }

    /** Puts what this side knows of a stream first into its pipeline. */
    void watch(Channel channelOfStream) {
        QuicStream stream = new QuicStream((QuicStreamChannel) channelOfStream, sending, config.lingerTimeout());
        channelOfStream.pipeline().addFirst(QuicStream.NAME, stream);
        streams.add(stream);
        boolean own = stream.channel().isLocalCreated();
        opened += own ? 1 : 0;
        channelOfStream.closeFuture().addListener(closed -> {
            streams.remove(stream);
            opened -= own ? 1 : 0;
            if (!stream.isInputEnded()) {
                onUnended();
            }
            openWaiting();
        });
    }

    /**
     * Netty forgets a stream once it has read its end (FIN) and in no other way: one that either side has reset never has
     * one, whatever is read from it, and stays in the connection's table until the connection ends: nothing that others may
     * call takes it out (4.2.18, QuicheQuicChannel.streamClosed). So a connection with too many of them is given up; who
     * needs it dials again.
     */
    private void onUnended() {
        unended++;
        if (unended == UNENDED_FACTOR * config.inboundStreamsMax() && channel.isActive()) {
            LOG.info("closing the QUIC connection with {}: {} of its streams were reset", channel, unended);
            ErrorCode.RESOURCE_LIMIT_EXCEEDED.explain(channel);
            giveUp();
        }
    }

    @Override
    public QuicStream streamOf(Channel stream) {
        return (QuicStream) stream.pipeline().get(QuicStream.NAME);
    }

    @Override
    public int streamCount() {
        return streams.size();
    }

    /**
     * Ends all streams, and lets no more be opened.
     *
     * @return whether one of them had sent as much as it may, so that little more leaves until the peer acknowledges it
     */
    boolean resetAll() {
        List<QuicStream> all = List.copyOf(streams);
        boolean full = all.stream().anyMatch(stream -> stream.channel().bytesBeforeUnwritable() < ROOM_BYTES);
        fail("the connection is closed");
        all.forEach(stream -> stream.reset(ErrorCode.of(channel)));
        return full;
    }

    /** Closes the connection, which is not the peer's doing. */
    void giveUp() {
        givenUp = true;
        channel.close();
    }

    @Override
    public boolean isGivenUp() {
        return givenUp || channel.isTimedOut();
    }

    /** There are no more streams. */
    void fail(String reason) {
        closedBecause = reason;
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            next.opened().completeExceptionally(new IOException("no stream: " + reason));
        }
    }
}
