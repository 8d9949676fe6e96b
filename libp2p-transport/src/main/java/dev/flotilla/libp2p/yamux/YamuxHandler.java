package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.MuxedConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The last handler of a secured connection: it turns bytes into streams. A peer that breaks the protocol is told so by a
 * go-away, the connection is closed, and the handler fires a {@link YamuxException} down the pipeline. Reading from the
 * socket pauses only while more than the configured bytes wait in all streams together.
 */
public final class YamuxHandler extends ChannelDuplexHandler implements FrameDecoder.Sink, MuxedConnection {
    /** The name under which the two sides agree on this protocol. */
    public static final String PROTOCOL = "/yamux/1.0.0";

    private static final int UNSENT_ACKS_MAX = 256; // go and rust have no more streams without an acknowledgement

    private final YamuxConfig config;
    private final ChannelHandler inboundStreamHandler;
    private final StreamTable streams;
    private final WindowBudget budget;
    private final FrameDecoder decoder = new FrameDecoder(this);
    private final ArrayDeque<StreamInput> readCompletes = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Session session;
    private boolean over;
    private volatile boolean silent;
    private volatile boolean endedByPeer;
    private long bufferedBytes; // 0 <= bufferedBytes
    private int unsentAcks; // streams accepted that the peer cannot know of yet

    /**
     * @param initiator whether this side dialled the connection
     * @param inboundStreamHandler is added to the pipeline of each stream that the peer opens; sharable
     */
    public YamuxHandler(boolean initiator, YamuxConfig config, ChannelHandler inboundStreamHandler) {
        this.config = config;
        this.inboundStreamHandler = inboundStreamHandler;
        this.streams = new StreamTable(initiator);
        this.budget = new WindowBudget(config.windowGrowthBytesMax());
    }

    /** What exists once the handler is in a pipeline. */
    private record Session(FrameWriter writer, KeepAlive keepAlive, StreamOpener opener) {}

    /** Waits while the peer has too many unacknowledged streams. */
    @Override
    public CompletableFuture<YamuxStreamChannel> openStream(ChannelHandler handler) {
        CompletableFuture<YamuxStreamChannel> opened = new CompletableFuture<>();
        ChannelHandlerContext ctx = ctx();
        if (ctx.executor().inEventLoop()) {
            session().opener().open(handler, opened);
        } else {
            try {
                ctx.executor().execute(() -> session().opener().open(handler, opened));
            } catch (RejectedExecutionException e) {
                opened.completeExceptionally(new StreamResetException("no stream: the event loop has ended"));
            }
        }
        return opened;
    }

    /** Whether the peer ended the session by a go-away. */
    public boolean isEndedByPeer() {
        return endedByPeer;
    }

    @Override
    public YamuxStreamChannel streamOf(Channel channel) {
        return (YamuxStreamChannel) channel;
    }

    @Override
    public int streamCount() {
        return streams.ownCount() + streams.peerCount();
    }

    FrameWriter writer() {
        return session().writer();
    }

    private ChannelHandlerContext ctx() {
        if (context == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return context;
    }

    private Session session() {
        if (session == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return session;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        FrameWriter writer = new FrameWriter(ctx);
        KeepAlive keepAlive = new KeepAlive(ctx, writer, config, this::onSilence);
        StreamOpener opener = new StreamOpener(ctx.channel(), this, streams, config, budget);
        session = new Session(writer, keepAlive, opener);
        keepAlive.start();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end("the connection is closed");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        end("the connection is closed");
        super.channelInactive(ctx);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        goAway(GoAwayCode.NORMAL);
        super.close(ctx, promise);
    }

    @Override
    public boolean hasFallenSilent() {
        return silent;
    }

    private void onSilence() {
        silent = true;
        fail(new YamuxException(GoAwayCode.NORMAL, "the peer did not answer a keep-alive ping"));
    }

    private void fail(YamuxException cause) {
        if (!over) {
            goAway(cause.code());
            end(String.valueOf(cause.getMessage()));
            ctx().fireExceptionCaught(cause);
            ctx().close();
        }
    }

    /** Tells the peer, best effort; the frame is the last one. */
    private void goAway(GoAwayCode code) {
        if (!over && ctx().channel().isActive()) {
            writer().control(new Frame(Frame.GO_AWAY, 0, 0, code.value()));
            ctx().flush();
        }
    }

    private void end(String reason) {
        if (over) {
            return;
        }
        over = true;
        session().keepAlive().stop();
        writer().clear();
        session().opener().fail(reason);
        for (YamuxStreamChannel stream : streams.all()) {
            streams.remove(stream);
            stream.onReset(reason);
        }
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (!over) {
                session().keepAlive().onRead();
                writer().beginRead();
                decoder.decode(bytes);
            }
        } catch (YamuxException e) {
            fail(e);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        for (StreamInput s = readCompletes.poll(); s != null; s = readCompletes.poll()) {
            s.readComplete();
        }
        writer().endRead();
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        writer().writeReady();
        super.channelWritabilityChanged(ctx);
    }

    @Override
    public void begin(Frame frame) throws YamuxException {
        if (over) {
            return;
        }
        switch (frame.type()) {
            case Frame.PING -> onPing(frame);
            case Frame.GO_AWAY -> {
                endedByPeer = true;
                end("the peer ended the session with code " + frame.length());
                ctx().close();
            }
            default -> onStreamFrame(frame);
        }
    }

    private void onPing(Frame frame) throws YamuxException {
        if (frame.has(Frame.SYN)) {
            writer().control(new Frame(Frame.PING, Frame.ACK, 0, frame.length()));
        } else if (!frame.has(Frame.ACK)) {
            throw new YamuxException(GoAwayCode.PROTOCOL_ERROR, "a ping that is neither question nor answer");
        }
    }

    private void onStreamFrame(Frame frame) throws YamuxException {
        if (frame.has(Frame.SYN)) {
            onSyn(frame);
        } else if (frame.streamId() == 0 || !streams.wasOpened(frame.streamId())) {
            throw violation(frame, "was never opened");
        }
        YamuxStreamChannel stream = streams.get(frame.streamId());
        if (stream == null) {
            return; // a late frame: its payload is dropped as it comes
        }
        if (frame.has(Frame.ACK)) {
            session().opener().acknowledged(stream);
        }
        if (frame.type() == Frame.WINDOW_UPDATE && !frame.has(Frame.RST)) {
            stream.output().onWindowUpdate(frame.length());
        } else if (frame.type() == Frame.DATA && frame.length() > 0) {
            if (stream.input().hasReceivedFin()) {
                throw violation(frame, "sent data after its end");
            }
            if (!stream.input().takeFromWindow(frame.length())) {
                throw violation(frame, "exceeded its window by a frame of " + frame.length() + " bytes");
            }
        }
    }

    private void onSyn(Frame frame) throws YamuxException {
        if (frame.streamId() == 0 || streams.isOwn(frame.streamId())) {
            throw violation(frame, "is not the peer's to open");
        }
        if (streams.get(frame.streamId()) != null) {
            throw violation(frame, "is open already");
        }
        streams.sawPeerId(frame.streamId());
        if (streams.peerCount() >= config.inboundStreamsMax() || unsentAcks >= UNSENT_ACKS_MAX) {
            writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.RST, frame.streamId(), 0));
            return;
        }
        unsentAcks++;
        writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.ACK, frame.streamId(), 0))
                .addListener(sent -> unsentAcks--);
        session().opener().accept(frame.streamId(), inboundStreamHandler);
    }

    @Override
    public void payload(Frame frame, ByteBuf piece) {
        YamuxStreamChannel stream = over ? null : streams.get(frame.streamId());
        if (stream == null) {
            piece.release();
        } else {
            stream.input().onData(piece);
        }
    }

    @Override
    public void end(Frame frame) {
        YamuxStreamChannel stream = over || frame.type() > Frame.WINDOW_UPDATE ? null : streams.get(frame.streamId());
        if (stream == null) {
            return;
        }
        if (frame.has(Frame.RST)) {
            streamEnded(stream);
            stream.onReset("reset by the peer");
        } else if (frame.has(Frame.FIN) && !stream.input().hasReceivedFin()) {
            stream.input().onFin();
            if (!stream.isOpen()) {
                streamEnded(stream);
            }
        }
    }

    private static YamuxException violation(Frame frame, String what) {
        return new YamuxException(
                GoAwayCode.PROTOCOL_ERROR, "stream " + Integer.toUnsignedString(frame.streamId()) + " " + what);
    }

    // ---- called by streams

    /** Bytes came to wait in a stream, or left. */
    void buffered(long change) {
        bufferedBytes += change;
        if (bufferedBytes > config.bufferedBytesMax()) {
            ctx().channel().config().setAutoRead(false);
        } else if (change < 0
                && bufferedBytes <= config.bufferedBytesMax() / 2
                && !ctx().channel().config().isAutoRead()) {
            ctx().channel().config().setAutoRead(true);
        }
    }

    void readCompleteWanted(StreamInput input) {
        readCompletes.add(input);
    }

    /** Both sides have ended {@code stream}. */
    void streamEnded(YamuxStreamChannel stream) {
        if (streams.remove(stream)) {
            session().opener().ended(stream);
        }
    }

    /** This side has closed {@code stream}, the peer has not: what still comes is swallowed for a while. */
    void linger(YamuxStreamChannel stream) {
        if (!over) {
            session().opener().linger(stream);
        }
    }
}
