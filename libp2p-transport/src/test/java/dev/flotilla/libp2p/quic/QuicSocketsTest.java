package dev.flotilla.libp2p.quic;

import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.sockets.SocketKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@EnumSource(SocketKind.class)
class QuicSocketsTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int SIZE = QuicTransport.SENT_DATAGRAM_BYTES_MAX;

    private final EventLoopGroup loops;
    private final QuicSockets sockets;
    private final Queue<String> received = new ConcurrentLinkedQueue<>();

    QuicSocketsTest(SocketKind kind) {
        assumeTrue(kind == SocketKind.NIO || SocketKind.best() == kind, "this machine has it");
        loops = new MultiThreadIoEventLoopGroup(1, kind.ioHandlers());
        sockets = new QuicSockets(loops);
    }

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private Channel open() throws InterruptedException {
        return sockets.bootstrap(loops, LOOPBACK.getAddress(), new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket datagram) {
                        ByteBuf content = datagram.content();
                        received.add(content.readableBytes() + " of " + content.getByte(content.readerIndex()));
                    }
                })
                .bind(LOOPBACK)
                .sync()
                .channel();
    }

    @Test
    void datagramsThatAreSentTogetherArriveOneByOne() throws Exception {
        SegmentedDatagramPacketAllocator segments = sockets.segments();
        int count = Math.max(1, segments.maxNumSegments());
        Channel from = open();
        Channel to = open();
        ByteBuf joined = from.alloc().directBuffer();
        IntStream.range(0, count).forEach(i -> joined.writeByte(i).writeZero(SIZE - 1));
        InetSocketAddress address = (InetSocketAddress) to.localAddress();
        from.write(count == 1 ? new DatagramPacket(joined, address) : segments.newPacket(joined, SIZE, address));
        from.write(new DatagramPacket(Unpooled.copiedBuffer(new byte[] {99}), address));
        from.flush();
        awaitUntil("all have come", () -> received.size() == count + 1);
        assertThat(received)
                .containsExactlyElementsOf(
                        Stream.concat(IntStream.range(0, count).mapToObj(i -> SIZE + " of " + i), Stream.of("1 of 99"))
                                .toList());
    }
}
