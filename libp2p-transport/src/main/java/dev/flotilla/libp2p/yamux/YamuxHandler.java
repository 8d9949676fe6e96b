package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The last handler of a secured connection: it turns bytes into streams. A peer that breaks the protocol is told so by a
 * go-away, the connection is closed, and the handler fires a {@link YamuxException} down the pipeline.
 */
public final class YamuxHandler extends ChannelDuplexHandler implements MuxedConnection {
    /** The name under which the two sides agree on this protocol. */
    public static final String PROTOCOL = "/yamux/1.0.0";

    private final YamuxConfig config;
    private final ChannelHandler inboundStreamHandler;
    private final LongConsumer unread;
    private final StreamTable streams;
    private @Nullable ChannelHandlerContext context;
    private @Nullable YamuxSession session;

    /**
     * @param initiator whether this side dialled the connection
     * @param inboundStreamHandler is added to the pipeline of each stream that the peer opens; sharable
     */
    public YamuxHandler(boolean initiator, YamuxConfig config, ChannelHandler inboundStreamHandler) {
        this(initiator, config, inboundStreamHandler, change -> {});
    }

    /** @param unread told by how much the memory of bytes that no stream has read yet changes; on the event loop */
    public YamuxHandler(
            boolean initiator, YamuxConfig config, ChannelHandler inboundStreamHandler, LongConsumer unread) {
        this.unread = unread;
        this.config = config;
        this.inboundStreamHandler = inboundStreamHandler;
        this.streams = new StreamTable(initiator);
    }

    YamuxSession session() {
        if (session == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return session;
    }

    // ---- a divided connection

    /** Waits while the peer has too many unacknowledged streams. */
    @Override
    public CompletableFuture<YamuxStreamChannel> openStream(ChannelHandler handler) {
        CompletableFuture<YamuxStreamChannel> opened = new CompletableFuture<>();
        YamuxSession current = session();
        if (context == null || context.executor().inEventLoop()) {
            current.open(handler, opened);
        } else {
            try {
                context.executor().execute(() -> current.open(handler, opened));
            } catch (RejectedExecutionException e) {
                opened.completeExceptionally(new StreamResetException("no stream: the event loop has ended"));
            }
        }
        return opened;
    }

    @Override
    public YamuxStreamChannel streamOf(Channel channel) {
        return (YamuxStreamChannel) channel;
    }

    @Override
    public int streamCount() {
        return streams.ownCount() + streams.peerCount();
    }

    @Override
    public boolean isGivenUp() {
        return session != null && session.hasFallenSilent();
    }

    /** Whether the peer ended the session by a go-away. */
    public boolean isEndedByPeer() {
        return session != null && session.isEndedByPeer();
    }

    // ---- a handler in a pipeline

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        session = new YamuxSession(ctx, streams, config, inboundStreamHandler, unread);
        session.start();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        session().end("the connection is closed");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        session().end("the connection is closed");
        super.channelInactive(ctx);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        session().goAway(ErrorCode.of(ctx.channel()).ofConnection());
        super.close(ctx, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        session().onRead((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        session().onReadComplete();
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        session().writer().writeReady();
        super.channelWritabilityChanged(ctx);
    }
}
