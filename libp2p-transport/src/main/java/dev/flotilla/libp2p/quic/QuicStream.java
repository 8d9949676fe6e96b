package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedStream;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A QUIC stream, and the first handler in its pipeline: it makes Netty's channel behave as {@link MuxedStream} says. A
 * reset by the peer ends both directions at once, as libp2p has it; so does this side's.
 */
final class QuicStream extends ChannelDuplexHandler implements MuxedStream {
    static final String NAME = "quic-stream";

    private final QuicStreamChannel channel;
    private final QuicSending sending;
    private final Duration lingerTimeout;
    private final ArrayDeque<Object> held = new ArrayDeque<>(); // read before anybody asked for it
    private @Nullable QuicOutput output; // null until it is in the pipeline
    private volatile @Nullable Throwable closeCause;
    private volatile boolean inputEnded; // the peer's end was read
    private boolean probing; // reads that nobody asked for are under way
    private boolean endHeld;
    private boolean discarding;
    private boolean finished;

    /** @param sending of its connection */
    QuicStream(QuicStreamChannel channel, QuicSending sending, Duration lingerTimeout) {
        this.channel = channel;
        this.sending = sending;
        this.lingerTimeout = lingerTimeout;
    }

    @Override
    public QuicStreamChannel channel() {
        return channel;
    }

    @Override
    public String label() {
        return Long.toString(channel.streamId());
    }

    @Override
    public @Nullable Throwable closeCause() {
        return closeCause;
    }

    /** Whether Netty has seen the peer's end, and forgets the stream. */
    boolean isInputEnded() {
        return inputEnded;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        output = new QuicOutput(ctx, sending, this);
    }

    // ---- ending

    @Override
    public void finish() {
        onLoop(this::finishOnLoop);
    }

    /** By a frame that queues behind what is not sent yet; {@code shutdownOutput} of the channel would overtake it. */
    private void finishOnLoop() {
        if (!finished && output != null && channel.isOpen()) {
            finished = true;
            output.end();
        }
    }

    @Override
    public void reset(ErrorCode why) {
        onLoop(() -> resetOnLoop("reset by this side", why));
    }

    private void resetOnLoop(String reason, ErrorCode why) {
        if (channel.isOpen() && closeCause == null) { // whose writes fail may reset it again
            closeCause = new IOException("stream " + label() + ": " + reason);
            releaseHeld();
            stopOutput();
            channel.shutdown(why.ofStream()); // RESET_STREAM and STOP_SENDING
            channel.close();
        }
    }

    @Override
    public void closeAfterOutput() {
        onLoop(this::closeAfterOutputOnLoop);
    }

    private void closeAfterOutputOnLoop() {
        finishOnLoop();
        if (!channel.isOpen() || discarding) {
            return;
        }
        discarding = true;
        releaseHeld();
        if (!inputEnded) { // else a read would close the stream, whose end may not have left yet
            channel.config().setAutoRead(true);
            channel.read(); // until the peer's end: only then is the stream forgotten
        }
        var timer = channel.eventLoop()
                .schedule(
                        () -> resetOnLoop("the peer did not end it", ErrorCode.NO_ERROR),
                        lingerTimeout.toNanos(),
                        TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> timer.cancel(false));
    }

    private void onLoop(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // the loop has ended, and with it all that it served
        }
    }

    // ---- writing

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (finished || closeCause != null) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ChannelOutputShutdownException("stream " + label() + ": this side has ended it"));
        } else if (output == null || !channel.isOpen()) {
            ctx.write(message, promise); // which refuses it
        } else {
            output.write(message, promise.unvoid());
        }
    }

    /** What was written is not sent. */
    void onRefused(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException && !finished) {
            probe(ctx);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (output != null) {
            output.letGo();
        }
        ctx.close(promise);
    }

    private void stopOutput() {
        if (output != null) {
            output.stop();
        }
    }

    /** The peer reads no more. Has it reset the stream? Netty tells who reads, and nobody else. */
    private void probe(ChannelHandlerContext ctx) {
        if (!probing && channel.isOpen()) {
            probing = true;
            ctx.read();
        }
    }

    // ---- reading

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (discarding) {
            ctx.read();
            return;
        }
        boolean any = !held.isEmpty();
        for (Object bytes = held.poll(); bytes != null; bytes = held.poll()) {
            ctx.fireChannelRead(bytes);
        }
        if (endHeld) {
            endHeld = false;
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else if (any) {
            ctx.fireChannelReadComplete();
        } else {
            probing = false;
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (output != null) {
            output.beginRead();
        }
        if (discarding) {
            ReferenceCountUtil.release(message);
        } else if (probing) {
            held.add(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (discarding) {
            ctx.read();
        } else if (!probing) {
            ctx.fireChannelReadComplete();
        }
        if (output != null) {
            output.endRead(channel.isInputShutdown());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete) {
            return; // ChannelInputShutdownEvent says the same
        }
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (discarding) {
                return;
            }
            if (probing) {
                endHeld = true;
                return;
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof QuicStreamResetException reset) {
            resetOnLoop(
                    "reset by the peer: " + ErrorCode.describeStream(reset.applicationProtocolCode()),
                    ErrorCode.NO_ERROR);
        } else if (cause instanceof IOException) {
            ctx.fireExceptionCaught(cause);
        } else {
            ctx.fireExceptionCaught(new IOException("stream " + label() + " failed: " + cause.getMessage(), cause));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        releaseHeld();
        stopOutput();
        ctx.fireChannelInactive();
    }

    private void releaseHeld() {
        for (Object bytes = held.poll(); bytes != null; bytes = held.poll()) {
            ReferenceCountUtil.release(bytes);
        }
    }
}
