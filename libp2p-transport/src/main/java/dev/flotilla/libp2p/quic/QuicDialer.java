package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.concurrent.CompletableFuture;

/** One dial of one address, with a UDP socket of its own that ends with the connection. */
final class QuicDialer {
    private final QuicTransport transport;
    private final Upgrader upgrader;
    private final QuicSecurity security;
    private final PeerId peer;
    private final EventLoop loop;
    private final CompletableFuture<Connection> dialled = new CompletableFuture<>();

    QuicDialer(QuicTransport transport, Upgrader upgrader, QuicSecurity security, PeerId peer, EventLoop loop) {
        this.transport = transport;
        this.upgrader = upgrader;
        this.security = security;
        this.peer = peer;
        this.loop = loop;
    }

    /** Cancelling the future ends the attempt. */
    CompletableFuture<Connection> dial(InetSocketAddress remote) {
        ChannelHandler codec = transport
                .configure(new QuicClientCodecBuilder(), channel -> security.clientEngine(channel, peer))
                .build();
        ChannelFuture connecting = transport
                .sockets()
                .bootstrap(loop, remote.getAddress(), QuicTransport.initializer(channel -> {
                    channel.pipeline().addLast(codec, new Unreachable());
                }))
                .connect(remote); // so that the local address is known, and refusals are
        Channel socket = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                dialled.completeExceptionally(QuicTransport.failure(connecting));
            } else if (!dialled.isDone()) {
                handshake(socket, remote);
            }
        });
        dialled.whenComplete((connection, failure) -> {
            if (failure != null) {
                socket.close();
            }
        });
        return dialled;
    }

    /** Nobody has the port: the system says so where the machine that was dialled does. */
    private final class Unreachable extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof PortUnreachableException) {
                dialled.completeExceptionally(new ConnectException("connection refused")); // no more once it is up
            } else {
                ctx.fireExceptionCaught(cause);
            }
        }
    }

    /** Closing a QUIC connection leaves its socket open: that is seen to here. */
    private void handshake(Channel socket, InetSocketAddress remote) {
        CompletableFuture<QuicConnectionHandler> started = new CompletableFuture<>();
        QuicChannel.newBootstrap(socket)
                .option(
                        QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                        transport.sockets().segments())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the upgrader sees to that
                .handler(QuicTransport.initializer(channel -> {
                    channel.closeFuture().addListener(closed -> closeFlushed(socket, remote));
                    started.complete(upgrade((QuicChannel) channel));
                }))
                .streamHandler(QuicTransport.initializer(transport::onStream))
                .remoteAddress(remote)
                .connect()
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        started.thenAccept(handler -> handler.fail(connected.cause()));
                        socket.close();
                    }
                });
    }

    /** The goodbye may still be in the socket's queue: an empty datagram behind it tells when it has left. */
    private static void closeFlushed(Channel socket, InetSocketAddress remote) {
        socket.writeAndFlush(new DatagramPacket(Unpooled.EMPTY_BUFFER, remote))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private QuicConnectionHandler upgrade(QuicChannel channel) {
        QuicConnectionHandler handler = new QuicConnectionHandler(channel, security, upgrader.config());
        channel.pipeline().addLast(handler);
        CompletableFuture<Connection> upgraded = upgrader.adopt(
                QuicTransport.raw(channel, Direction.OUTBOUND, peer), handler.secured(), handler.muxed());
        upgraded.whenComplete((connection, failure) -> {
            if (failure == null) {
                dialled.complete(connection);
            } else {
                dialled.completeExceptionally(failure);
            }
        });
        dialled.whenComplete((connection, failure) -> upgraded.cancel(false));
        return handler;
    }
}
