package dev.flotilla.libp2p.sockets;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardSocketOptions;

/**
 * How event loops wait for sockets, and the sockets that they can wait for. Whoever makes a socket asks the loops that it
 * is for, by {@link #of}: a socket of one kind cannot be registered with loops of the other.
 */
public enum SocketKind {
    /** Linux's epoll by Netty's native library: fewer calls of the system and objects than the JDK has for the same. */
    EPOLL(EpollSocketChannel.class, EpollServerSocketChannel.class) {
        @Override
        public IoHandlerFactory ioHandlers() {
            return EpollIoHandler.newFactory(0, PollBeforeWait.factory());
        }

        @Override
        public boolean reusePort(Channel channel) {
            return channel.config().setOption(EPOLL_REUSE_PORT, 1);
        }

        @Override
        DatagramChannel newUdp(SocketProtocolFamily family) {
            return new EpollDatagramChannel(family);
        }
    },

    /** The JDK's selectors and channels, which work everywhere. */
    NIO(NioSocketChannel.class, NioServerSocketChannel.class) {
        @Override
        public IoHandlerFactory ioHandlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        public boolean reusePort(Channel channel) {
            return channel.config().setOption(NIO_REUSE_PORT, true);
        }

        @Override
        DatagramChannel newUdp(SocketProtocolFamily family) {
            return new NioDatagramChannel(family);
        }
    };

    private static final ChannelOption<Boolean> NIO_REUSE_PORT =
            NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);

    /** SOL_SOCKET and SO_REUSEPORT as Linux has them: what Netty has for it is of other sockets than those that connect. */
    private static final ChannelOption<Integer> EPOLL_REUSE_PORT = new IntegerUnixChannelOption("SO_REUSEPORT", 1, 15);

    private final Class<? extends SocketChannel> tcp;
    private final Class<? extends ServerSocketChannel> tcpServer;

    SocketKind(Class<? extends SocketChannel> tcp, Class<? extends ServerSocketChannel> tcpServer) {
        this.tcp = tcp;
        this.tcpServer = tcpServer;
    }

    /** The better one of those that this machine has. */
    public static SocketKind best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** The one that {@code loops} wait for. */
    public static SocketKind of(EventLoopGroup loops) {
        return loops instanceof IoEventLoopGroup group && group.isIoType(EpollIoHandler.class) ? EPOLL : NIO;
    }

    /** For a group of event loops that wait for this kind. */
    public abstract IoHandlerFactory ioHandlers();

    /** Lets the port of {@code channel} have several sockets, by SO_REUSEPORT; false where the system cannot. */
    public abstract boolean reusePort(Channel channel);

    public Class<? extends SocketChannel> tcp() {
        return tcp;
    }

    public Class<? extends ServerSocketChannel> tcpServer() {
        return tcpServer;
    }

    /** One for the family of {@code address} alone: an IPv4 socket knows nothing of IPv6. */
    public DatagramChannel newUdp(InetAddress address) {
        return newUdp(address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
    }

    abstract DatagramChannel newUdp(SocketProtocolFamily family);
}
