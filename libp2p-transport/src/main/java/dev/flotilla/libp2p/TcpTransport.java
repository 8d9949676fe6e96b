package dev.flotilla.libp2p;

import dev.flotilla.transport.PeerId;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** TCP connections, in and out (libp2p spec, connections). What is on them is the {@link Upgrader}'s business. */
final class TcpTransport {
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final EventLoopGroup group;
    private final Upgrader upgrader;
    private final Duration addressTimeout;
    private final NameResolver names = new NameResolver(InetAddress::getAllByName);

    TcpTransport(EventLoopGroup group, Upgrader upgrader, Duration addressTimeout) {
        this.group = group;
        this.upgrader = upgrader;
        this.addressTimeout = addressTimeout;
    }

    /** Binds a listener; the future fails with the reason if the port cannot be had. */
    ChannelFuture listen(InetSocketAddress address) {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true) // a restart must not wait for old connections to time out
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        upgrader.accept(channel);
                    }
                })
                .bind(address);
    }

    /** Starts a TCP connection on {@code loop}; nothing is read from it yet. */
    ChannelFuture connect(InetSocketAddress address, EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) addressTimeout.toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // the upgrade adds its handlers once the connection is chosen
                    }
                })
                .connect(address);
    }

    CompletableFuture<Connection> upgradeOutbound(Channel channel, PeerId expected) {
        return upgrader.upgradeOutbound(channel, expected);
    }

    /** The socket addresses behind {@code address}; dns names are looked up. Completes on {@code loop}. */
    CompletableFuture<List<InetSocketAddress>> resolve(Multiaddr address, EventLoop loop) {
        TcpAddress tcp;
        try {
            tcp = TcpAddress.of(address);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new IOException(e.getMessage(), e));
        }
        if (!tcp.isName()) {
            return CompletableFuture.completedFuture(List.of(tcp.socketAddress()));
        }
        return names.resolve(tcp, loop);
    }

    /** Looks up no more names. */
    void close() {
        names.close();
    }
}
