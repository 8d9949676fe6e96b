package dev.flotilla.libp2p.speed;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/** Takes all bytes and says in eight how many there were. */
final class Sink implements HostService {
    static final ProtocolId PROTOCOL = new ProtocolId("/flotilla/sink/1.0.0");

    @Override
    public void attach(Host host) {
        host.handle(PROTOCOL, stream -> stream.handOver(true, new Counter(stream)));
    }

    private static final class Counter extends ChannelInboundHandlerAdapter {
        private final Stream stream;
        private long count;

        Counter(Stream stream) {
            this.stream = stream;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            count += bytes.readableBytes();
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                stream.write(ctx.alloc().buffer(Long.BYTES).writeLong(count));
                stream.finish();
            }
        }
    }
}
