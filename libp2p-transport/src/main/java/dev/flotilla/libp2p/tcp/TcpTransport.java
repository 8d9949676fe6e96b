package dev.flotilla.libp2p.tcp;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.Transport;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.transport.PeerId;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Connections over TCP, in and out. */
public final class TcpTransport implements Transport {
    private static final String NAME = "tcp";
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final Upgrader upgrader;

    public TcpTransport(Host host, Upgrader upgrader) {
        this.upgrader = upgrader;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean canDial(Multiaddr address) {
        return socketAddress(address).isPresent();
    }

    @Override
    public boolean canListen(Multiaddr address) {
        return socketAddress(address).isPresent();
    }

    private static Optional<InetSocketAddress> socketAddress(Multiaddr address) {
        return address.tcpSocketAddress().filter(socket -> !socket.isUnresolved());
    }

    @Override
    public CompletableFuture<Listener> listen(Multiaddr address) {
        CompletableFuture<Listener> listening = new CompletableFuture<>();
        new ServerBootstrap()
                .group(upgrader.eventLoops())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true) // a restart must not wait for old connections to time out
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        upgrader.upgrade(raw(channel, Direction.INBOUND, null));
                    }
                })
                .bind(socketAddress(address).orElseThrow())
                .addListener((ChannelFutureListener) bound -> {
                    if (bound.isSuccess()) {
                        listening.complete(new TcpListener(bound.channel()));
                    } else {
                        listening.completeExceptionally(failure(bound));
                    }
                });
        return listening;
    }

    private static RawConnection raw(Channel channel, Direction direction, @Nullable PeerId expected) {
        return new RawConnection(
                NAME,
                channel,
                direction,
                multiaddr(channel.localAddress()),
                multiaddr(channel.remoteAddress()),
                expected,
                false);
    }

    static Multiaddr multiaddr(SocketAddress socket) {
        if (socket instanceof InetSocketAddress inet) {
            return Multiaddr.of(inet);
        }
        throw new IllegalArgumentException("not a TCP socket address: " + socket);
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop) {
        CompletableFuture<Connection> dialled = new CompletableFuture<>();
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        upgrader.config().addressTimeout().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // the upgrade adds its handlers once there is a connection
                    }
                })
                .connect(socketAddress(address).orElseThrow());
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                upgrade(connecting.channel(), peer, dialled);
            } else {
                dialled.completeExceptionally(failure(connecting));
            }
        });
        dialled.whenComplete((connection, failure) -> {
            if (failure != null) {
                connecting.channel().close();
            }
        });
        return dialled;
    }

    private void upgrade(Channel channel, PeerId peer, CompletableFuture<Connection> dialled) {
        if (dialled.isDone()) {
            channel.close();
            return;
        }
        CompletableFuture<Connection> upgraded = upgrader.upgrade(raw(channel, Direction.OUTBOUND, peer));
        upgraded.whenComplete((connection, failure) -> {
            if (failure == null) {
                dialled.complete(connection);
            } else {
                dialled.completeExceptionally(failure instanceof CompletionException ? failure.getCause() : failure);
            }
        });
        dialled.whenComplete((connection, failure) -> upgraded.cancel(false));
    }

    private static Throwable failure(ChannelFuture future) {
        Throwable cause = future.cause();
        return cause == null ? new IOException("cancelled") : cause;
    }
}
