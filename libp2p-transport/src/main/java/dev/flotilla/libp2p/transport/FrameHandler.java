package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Stream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one inbound frame stream: first the lane, then frames. Event loop only. */
final class FrameHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FrameHandler.class);

    private final FrameReceivers receivers;
    private final Stream stream;
    private final int frameBytesMax;
    private final MessageAssembler assembler = new MessageAssembler();
    private @Nullable Future<?> timer; // until the lane is named
    private @Nullable Lane lane; // null until it is named
    private boolean over;

    FrameHandler(FrameReceivers receivers, Stream stream, int frameBytesMax) {
        this.receivers = receivers;
        this.stream = stream;
        this.frameBytesMax = frameBytesMax;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor().schedule(() -> stream.reset(), LaneName.TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stopTimer();
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (!over) {
                byte[] content = assembler.next(in, lane == null ? LaneName.BYTES_MAX : frameBytesMax);
                if (content == null) {
                    return;
                }
                onMessage(content);
            }
        } catch (IllegalArgumentException e) {
            over = true;
            receivers.onViolation(stream, String.valueOf(e.getMessage()));
        } finally {
            in.release();
        }
    }

    private void onMessage(byte[] content) {
        Lane known = lane;
        if (known != null) {
            deliver(known, content);
            return;
        }
        Optional<Lane> named = LaneName.parse(content);
        if (named.isEmpty()) {
            throw new IllegalArgumentException("the first message names no lane: " + Bytes.wrap(content));
        }
        lane = named.get();
        stopTimer();
        if (!receivers.admit(stream, lane)) {
            over = true;
            stream.reset();
        }
    }

    private void deliver(Lane known, byte[] content) {
        try {
            receivers.deliver(stream, known, Bytes.wrap(content));
        } catch (RuntimeException e) { // the receiver's fault, not the peer's
            LOG.error("the receiver of lane {} failed", known, e);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            stream.close(); // all was read: the sender waits for this before it goes on with another stream
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        stream.reset();
    }
}
