package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.sockets.SocketKind;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * UDP sockets as QUIC wants them. By epoll many datagrams of a connection leave in one call, as a large one that the
 * system divides (GSO), and come in one, put together by the system (GRO): a call each took most of the time.
 */
final class QuicSockets {
    private static final int BUFFER_BYTES = 7 << 20; // of the system, as far as it lets us; go asks for as much
    private static final int DATAGRAM_BYTES = 2048; // of a buffer to receive one
    private static final int JOINED_BYTES = 65_535; // of a buffer to receive those that were put together
    private static final int JOINED_MAX = JOINED_BYTES / QuicTransport.SENT_DATAGRAM_BYTES_MAX - 1; // with a header
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(2 * JOINED_BYTES, 4 * JOINED_BYTES);

    // Netty has no name for these options of Linux: never to let the system divide a datagram (RFC 9000 §14).
    private static final int DO_NOT_FRAGMENT = 2;
    private static final IntegerUnixChannelOption IPV4_MTU_DISCOVER =
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);
    private static final IntegerUnixChannelOption IPV6_MTU_DISCOVER =
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23);

    private final SocketKind kind;

    /** @param loops those that will serve the sockets */
    QuicSockets(EventLoopGroup loops) {
        this.kind = SocketKind.of(loops);
    }

    /** One that is to be bound to {@code address}, or connected to it. */
    Bootstrap bootstrap(EventLoopGroup loops, InetAddress address, ChannelHandler codec) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channelFactory(() -> kind.newUdp(address))
                .option(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(codec);
        return switch (kind) {
            case NIO ->
                bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM_BYTES));
            // One message a call: Netty 4.2.18 leaks the buffer when it asks for more and gets a joined one.
            case EPOLL ->
                bootstrap
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(JOINED_BYTES))
                        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, JOINED_BYTES)
                        .option(EpollChannelOption.UDP_GRO, true)
                        .option(
                                address instanceof Inet4Address ? IPV4_MTU_DISCOVER : IPV6_MTU_DISCOVER,
                                DO_NOT_FRAGMENT);
        };
    }

    /** One that is never bound, for a channel that is no socket. */
    Bootstrap unbound(EventLoopGroup loops, ChannelHandler codec) {
        return new Bootstrap()
                .group(loops)
                .channelFactory(() -> kind.newUdp(InetAddress.getLoopbackAddress()))
                .handler(codec);
    }

    /** What puts datagrams of a connection together. */
    SegmentedDatagramPacketAllocator segments() {
        return switch (kind) {
            case NIO -> SegmentedDatagramPacketAllocator.NONE;
            case EPOLL -> EpollQuicUtils.newSegmentedAllocator(JOINED_MAX);
        };
    }
}
