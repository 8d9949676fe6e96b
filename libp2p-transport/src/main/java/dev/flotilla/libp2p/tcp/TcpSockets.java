package dev.flotilla.libp2p.tcp;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.libp2p.sockets.SocketKind;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sockets of TCP, for each transport whose connections begin with one. What follows {@code /ip4|ip6/...} in its addresses
 * is its shape. Thread-safe.
 */
public final class TcpSockets {
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final Upgrader upgrader;
    private final MultiaddrProtocol[] shape;
    private final Set<Channel> listening = ConcurrentHashMap.newKeySet();

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
        CompletableFuture<Listener> made = new CompletableFuture<>();
        new ServerBootstrap()
                .group(upgrader.eventLoops())
                .channel(SocketKind.of(upgrader.eventLoops()).tcpServer())
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
                        keep(bound.channel());
                        made.complete(new TcpListener(
                                bound.channel(), multiaddr(bound.channel().localAddress())));
                    } else {
                        made.completeExceptionally(failure(bound));
                    }
                });
        return made;
    }

    /**
     * From now on sockets that dial may have the same port. Not before it is bound: then the system would let another
     * process listen on a port that is taken.
     */
    private void keep(Channel bound) {
        if (SocketKind.of(upgrader.eventLoops()).reusePort(bound)) {
            listening.add(bound);
            bound.closeFuture().addListener(closed -> listening.remove(bound));
        }
    }

    /** Where to dial {@code remote} from so that it is from a port that is listened on; null if there is none. */
    @Nullable
    InetSocketAddress listenAddressFor(InetSocketAddress remote) {
        InetAddress target = remote.getAddress();
        return listening.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .filter(local -> reaches(local.getAddress(), target))
                .findFirst()
                .orElse(null);
    }

    private static boolean reaches(InetAddress local, InetAddress target) {
        boolean sameVersion = local instanceof Inet4Address == target instanceof Inet4Address;
        return local.isAnyLocalAddress()
                ? sameVersion || !(local instanceof Inet4Address) // IPv6 sockets take both here
                : sameVersion && local.isLoopbackAddress() == target.isLoopbackAddress();
    }

    /**
     * Connects on {@code loop} and has {@code upgrade} go on; cancelling the future ends both.
     *
     * @param upgrade given the connection on its event loop, before anything is read from it
     */
    public CompletableFuture<Connection> dial(
            InetSocketAddress address, EventLoop loop, Function<Channel, CompletableFuture<Connection>> upgrade) {
        return dial(address, null, loop, upgrade);
    }

    /** @param local from where, a listener's; null for any port */
    CompletableFuture<Connection> dial(
            InetSocketAddress address,
            @Nullable InetSocketAddress local,
            EventLoop loop,
            Function<Channel, CompletableFuture<Connection>> upgrade) {
        CompletableFuture<Connection> dialled = new CompletableFuture<>();
        ChannelFuture connecting = connect(address, local, loop);
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                upgrade(connecting.channel(), upgrade, dialled);
            } else if (local != null && isOfLocalAddress(connecting.cause()) && !dialled.isDone()) {
                CompletableFuture<Connection> again = dial(address, null, loop, upgrade);
                again.whenComplete((connection, failure) -> {
                    if (failure == null) {
                        dialled.complete(connection);
                    } else {
                        dialled.completeExceptionally(failure);
                    }
                });
                dialled.whenComplete((connection, failure) -> again.cancel(false));
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

    /** The port is in use with the same peer's, by a connection that is open or has just been closed. */
    private static boolean isOfLocalAddress(@Nullable Throwable cause) {
        String message = String.valueOf(cause == null ? null : cause.getMessage());
        return (cause != null && cause.getCause() instanceof BindException) // of NIO; Netty's own is a SocketException
                || message.contains("Address already in use") // of epoll
                || message.contains("assign requested address");
    }

    private ChannelFuture connect(InetSocketAddress address, @Nullable InetSocketAddress local, EventLoop loop) {
        SocketKind kind = SocketKind.of(loop);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(kind.tcp())
                .disableResolver()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        upgrader.config().addressTimeout().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) { // the upgrade adds handlers when it is connected
                        if (local != null) {
                            kind.reusePort(channel);
                        }
                    }
                });
        return local == null
                ? bootstrap.connect(address)
                : bootstrap.option(ChannelOption.SO_REUSEADDR, true).connect(address, local);
    }

    private static void upgrade(
            Channel channel,
            Function<Channel, CompletableFuture<Connection>> upgrade,
            CompletableFuture<Connection> dialled) {
        if (dialled.isDone()) {
            channel.close();
            return;
        }
        CompletableFuture<Connection> upgraded;
        try {
            upgraded = upgrade.apply(channel);
        } catch (RuntimeException e) { // nobody else would learn of it: Netty logs what a listener throws
            dialled.completeExceptionally(e);
            return;
        }
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
