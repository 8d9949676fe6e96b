package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers what one stream was told. */
final class StreamRecorder extends ChannelInboundHandlerAdapter {
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    boolean echo;
    boolean inputEnded;
    boolean inactive;
    final List<Boolean> writable = new ArrayList<>(); // as it changed

    @Nullable
    Runnable onInputEnd;

    private @Nullable YamuxStreamChannel stream;

    YamuxStreamChannel stream() {
        if (stream == null) {
            throw new IllegalStateException("not registered yet");
        }
        return stream;
    }

    ChannelFuture send(byte[] bytes) {
        return stream().writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        stream = (YamuxStreamChannel) ctx.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), copy);
        received.writeBytes(copy);
        if (echo) {
            ctx.writeAndFlush(bytes);
        } else {
            bytes.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (onInputEnd != null) {
                onInputEnd.run();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        writable.add(ctx.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        inactive = true;
    }
}
