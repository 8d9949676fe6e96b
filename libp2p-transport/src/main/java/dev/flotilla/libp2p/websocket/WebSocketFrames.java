package dev.flotilla.libp2p.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Makes bytes of what comes in a WebSocket's data frames, and a binary frame of each buffer with bytes that is written. Pings are
 * answered, and either side's close frame ends the connection (RFC 6455 §5.5). What is written before the WebSocket is
 * open, the first words of whoever dialled, waits.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
    private @Nullable PendingWriteQueue waiting; // null once the WebSocket is open
    private WebSocketCloseStatus status = WebSocketCloseStatus.NORMAL_CLOSURE;
    private boolean closing;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        waiting = new PendingWriteQueue(ctx);
    }

    /** The HTTP request was granted: frames may go and come. */
    void open(ChannelHandlerContext ctx) {
        PendingWriteQueue writes = waiting;
        waiting = null;
        if (writes != null) {
            writes.removeAndWriteAll();
            ctx.flush();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise); // HTTP
            return;
        }
        Object frame =
                bytes.isReadable() ? new BinaryWebSocketFrame(bytes) : bytes; // some take an empty one for the end
        if (waiting != null) {
            waiting.add(frame, promise);
        } else {
            ctx.write(frame, promise);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws CorruptedWebSocketFrameException {
        if (message instanceof BinaryWebSocketFrame data) {
            ctx.fireChannelRead(data.content());
        } else if (message instanceof ContinuationWebSocketFrame data) {
            ctx.fireChannelRead(data.content());
        } else if (message instanceof PingWebSocketFrame ping && ctx.channel().isWritable()) {
            ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
        } else {
            ReferenceCountUtil.release(message);
            onOther(ctx, message);
        }
    }

    private void onOther(ChannelHandlerContext ctx, Object message) throws CorruptedWebSocketFrameException {
        if (message instanceof CloseWebSocketFrame) {
            ctx.channel().close();
        } else if (!(message instanceof PongWebSocketFrame || message instanceof PingWebSocketFrame)) {
            status = WebSocketCloseStatus.INVALID_MESSAGE_TYPE;
            throw new CorruptedWebSocketFrameException(
                    status,
                    "libp2p sends binary frames only, not " + message.getClass().getSimpleName());
        }
    }

    /** Says goodbye as far as the socket takes it at once. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (waiting == null && !closing && ctx.channel().isActive()) {
            closing = true;
            ctx.writeAndFlush(new CloseWebSocketFrame(status));
        }
        ctx.close(promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        fail();
    }

    private void fail() {
        if (waiting != null) {
            waiting.removeAndFailAll(new ClosedChannelException());
        }
    }
}
