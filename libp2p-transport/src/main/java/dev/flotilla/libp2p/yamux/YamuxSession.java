package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * One connection's session: its parts, and its end. It ends when the connection does, when the peer says go-away, when
 * the peer breaks the protocol (it is told so by a go-away, the last frame), or when the peer does not answer. Event loop
 * only, but for what says otherwise.
 */
final class YamuxSession {
    private final ChannelHandlerContext ctx;
    private final StreamTable streams;
    private final FrameWriter writer;
    private final RoundTrip roundTrip;
    private final KeepAlive keepAlive;
    private final UnreadBytes unread;
    private final StreamOpener opener;
    private final FrameDecoder decoder;
    private final ArrayDeque<StreamInput> readCompletes = new ArrayDeque<>();
    private boolean over;
    private volatile boolean silent;
    private volatile boolean endedByPeer;

    YamuxSession(
            ChannelHandlerContext ctx,
            StreamTable streams,
            YamuxConfig config,
            ChannelHandler inboundStreams,
            LongConsumer unreadListener) {
        this.ctx = ctx;
        this.streams = streams;
        this.writer = new FrameWriter(ctx, config.sendBytesMax(), this::fail, this::onFull);
        this.roundTrip = new RoundTrip(writer, ctx.executor().ticker());
        this.keepAlive = new KeepAlive(ctx, roundTrip, config, this::onSilence);
        this.unread = new UnreadBytes(streams, config.receiveBytesMax(), unreadListener);
        this.opener = new StreamOpener(ctx.channel(), this, config, inboundStreams);
        this.decoder = new FrameDecoder(new FrameReceiver(this, config));
    }

    void start() {
        keepAlive.start();
    }

    StreamTable streams() {
        return streams;
    }

    FrameWriter writer() {
        return writer;
    }

    RoundTrip roundTrip() {
        return roundTrip;
    }

    UnreadBytes unread() {
        return unread;
    }

    StreamOpener opener() {
        return opener;
    }

    /** From any thread. */
    boolean hasFallenSilent() {
        return silent;
    }

    /** From any thread. */
    boolean isEndedByPeer() {
        return endedByPeer;
    }

    boolean isOver() {
        return over;
    }

    // ---- what comes from the connection

    /** Takes bytes of the connection, however they are cut, and releases them. */
    void onRead(ByteBuf bytes) {
        try {
            if (!over) {
                keepAlive.onRead();
                writer.beginRead();
                decoder.decode(bytes);
            }
        } catch (YamuxException e) {
            fail(e);
        } finally {
            bytes.release();
        }
    }

    void onReadComplete() {
        for (StreamInput s = readCompletes.poll(); s != null; s = readCompletes.poll()) {
            s.readComplete();
        }
        writer.endRead();
    }

    /** {@code input} wants to hear of the end of this batch of reads. */
    void readCompleteWanted(StreamInput input) {
        readCompletes.add(input);
    }

    void open(ChannelHandler handler, CompletableFuture<YamuxStreamChannel> opened) {
        opener.open(handler, opened);
    }

    // ---- the end of a stream

    /** Both sides have ended {@code stream}. */
    void streamEnded(YamuxStreamChannel stream) {
        if (streams.remove(stream)) {
            opener.ended(stream);
        }
    }

    /** This side has closed {@code stream}, the peer has not: what still comes is swallowed for a while. */
    void linger(YamuxStreamChannel stream) {
        if (!over) {
            opener.linger(stream);
        }
    }

    /** What waits on the connection counts for each stream's writability. */
    private void onFull(boolean full) {
        streams.all().forEach(stream -> stream.output().connectionFull(full));
    }

    // ---- the end of the session

    /** The peer's go-away is no drain: it is about to close the connection (libp2p spec, yamux, go away). */
    void onGoAway(long code) {
        endedByPeer = true;
        end("the peer ended the session with code "
                + (code <= GoAwayCode.MAX ? code : ErrorCode.describeConnection(code)));
        ctx.close();
    }

    private void onSilence() {
        silent = true;
        fail(new YamuxException(GoAwayCode.NORMAL, "the peer did not answer a keep-alive ping"));
    }

    private void fail(YamuxException cause) {
        if (!over) {
            goAway(cause.code().value());
            end(String.valueOf(cause.getMessage()));
            ctx.fireExceptionCaught(cause);
            ctx.close();
        }
    }

    /** Tells the peer, best effort; the frame is the last one. */
    void goAway(int code) {
        if (!over && ctx.channel().isActive()) {
            writer.control(new Frame(Frame.GO_AWAY, 0, 0, code));
            writer.end();
        }
    }

    /** Resets all streams. The peer is told no more. */
    void end(String reason) {
        if (over) {
            return;
        }
        over = true;
        keepAlive.stop();
        writer.end();
        opener.end(reason);
        for (YamuxStreamChannel stream : streams.copy()) {
            streams.remove(stream);
            stream.onReset(reason);
        }
    }
}
