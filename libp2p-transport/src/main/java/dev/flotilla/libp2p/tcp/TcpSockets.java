package dev.flotilla.libp2p.tcp;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.Upgrader;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Sockets of TCP, for each transport whose connections begin with one. What follows {@code /ip4|ip6/...} in its addresses
 * is its shape. Thread-safe.
 */
public final class TcpSockets {
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final Upgrader upgrader;
    private final MultiaddrProtocol[] shape;

    /** @param shape the first carries the port, the others have no values: {@code (TCP)}, {@code (TCP, WS)} */
    public TcpSockets(Upgrader upgrader, MultiaddrProtocol... shape) {
        this.upgrader = upgrader;
        this.shape = shape.clone();
    }

    /** The multiaddr of a socket's end. */
    public Multiaddr multiaddr(SocketAddress socket) {
        if (socket instanceof InetSocketAddress inet) {
            return Multiaddr.of(inet, shape);
        }
        throw new IllegalArgumentException("not a TCP socket address: " + socket);
    }

    /** @param accept given each connection on its event loop, before anything is read from it */
    public CompletableFuture<Listener> listen(InetSocketAddress address, Consumer<Channel> accept) {
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
                        accept.accept(channel);
                    }
                })
                .bind(address)
                .addListener((ChannelFutureListener) bound -> {
                    if (bound.isSuccess()) {
                        listening.complete(new TcpListener(bound.channel(), this));
                    } else {
                        listening.completeExceptionally(failure(bound));
                    }
                });
        return listening;
    }

    /**
     * Connects on {@code loop} and has {@code upgrade} go on; cancelling the future ends both.
     *
     * @param upgrade given the connection on its event loop, before anything is read from it
     */
    public CompletableFuture<Connection> dial(
            InetSocketAddress address, EventLoop loop, Function<Channel, CompletableFuture<Connection>> upgrade) {
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
                .connect(address);
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                upgrade(connecting.channel(), upgrade, dialled);
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

    private static void upgrade(
            Channel channel,
            Function<Channel, CompletableFuture<Connection>> upgrade,
            CompletableFuture<Connection> dialled) {
        if (dialled.isDone()) {
            channel.close();
            return;
        }
        CompletableFuture<Connection> upgraded = upgrade.apply(channel);
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
