package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * The last handler of one of the two streams of a circuit: passes what comes, and the end of it, to the other stream, and
 * reads no more while that has enough to send. The streams may be on two event loops.
 */
final class CircuitEnd extends ChannelInboundHandlerAdapter {
    private final Circuit circuit;
    private final Stream other;
    private final ChannelFutureListener resetOnFailure; // with bytes missing the rest is worth nothing
    private long bytesLeft; // that may still come, >= 0
    private volatile boolean inputEnded;

    CircuitEnd(Circuit circuit, Stream other, long bytesMax) {
        this.circuit = circuit;
        this.other = other;
        this.bytesLeft = bytesMax;
        this.resetOnFailure = written -> {
            if (!written.isSuccess()) {
                circuit.reset();
            }
        };
    }

    /** Whether the peer has sent all that it will. */
    boolean isInputEnded() {
        return inputEnded;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int size = bytes.readableBytes();
        if (size > bytesLeft) {
            bytes.release();
            circuit.cut("its bytes");
            return;
        }
        bytesLeft -= size;
        circuit.relayed(size);
        Channel target = other.channel();
        target.write(bytes).addListener(resetOnFailure);
        if (!target.isWritable()) {
            ctx.channel().config().setAutoRead(false);
            if (target.isWritable()) { // it became so before reading stopped: nobody else would start it again
                ctx.channel().config().setAutoRead(true);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        other.channel().flush();
    }

    /** This stream takes more: the other one may be read again. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            other.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            other.finish();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        circuit.ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        circuit.reset();
    }
}
