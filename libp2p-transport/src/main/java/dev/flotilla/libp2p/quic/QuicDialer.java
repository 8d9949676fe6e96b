package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** One dial of one address. */
final class QuicDialer {
    private final QuicTransport transport;
    private final Upgrader upgrader;
    private final QuicSecurity security;
    private final PeerId peer;
    private final InetSocketAddress remote;
    private final CompletableFuture<Connection> dialled = new CompletableFuture<>();

    QuicDialer(
            QuicTransport transport, Upgrader upgrader, QuicSecurity security, PeerId peer, InetSocketAddress remote) {
        this.transport = transport;
        this.upgrader = upgrader;
        this.security = security;
        this.peer = peer;
        this.remote = remote;
    }

    /** From any port. Called on the event loop of {@code sockets}; cancelling the future ends the attempt. */
    CompletableFuture<Connection> dial(DialSockets sockets) {
        DialSockets.Socket socket = sockets.enter(remote, this);
        ChannelFuture connecting = socket.connecting(); // so that the local address is known, and refusals are
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                dialled.completeExceptionally(QuicTransport.failure(connecting));
            }
            handshake(
                    sockets.client(),
                    parent -> QuicChannel.newBootstrap(parent)
                            .localAddress(connecting.channel().localAddress()),
                    channel -> {},
                    () -> socket.leave(this));
        });
        return dialled;
    }

    /** Nobody has the port, or has it no more: the system says so. Once there is a connection it judges that itself. */
    void refused() {
        dialled.completeExceptionally(new ConnectException("connection refused"));
    }

    /** From the port of {@code listener}, so that a NAT shows the same address for both. Called anywhere. */
    CompletableFuture<Connection> dial(QuicListener listener) {
        ListenSocket socket = listener.dials();
        listener.execute(
                () -> {
                    byte[] id = socket.enter();
                    handshake(
                            socket.client(),
                            parent -> QuicChannel.newBootstrap(parent)
                                    .localAddress(listener.socket().localAddress())
                                    .localConnectionAddress(new QuicConnectionAddress(id)),
                            listener.connections()::add,
                            () -> socket.leave(id));
                },
                dialled);
        return dialled;
    }

    /**
     * @param began told of the channel of the connection
     * @param ended run when that is closed, or there was none
     */
    private void handshake(
            QuicClient client,
            Function<Channel, QuicChannelBootstrap> bootstrap,
            Consumer<Channel> began,
            Runnable ended) {
        ChannelFuture registered = client.registered();
        registered.addListener(done -> {
            if (dialled.isDone()) {
                ended.run();
            } else if (!done.isSuccess()) {
                ended.run();
                dialled.completeExceptionally(QuicTransport.failure(registered));
            } else {
                handshake(bootstrap.apply(client.channel()), began, ended);
            }
        });
    }

    private void handshake(QuicChannelBootstrap bootstrap, Consumer<Channel> began, Runnable ended) {
        CompletableFuture<QuicConnectionHandler> started = new CompletableFuture<>();
        bootstrap
                .remoteAddress(remote)
                .attr(QuicClient.EXPECTED, peer)
                .option(
                        QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                        transport.sockets().segments())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the upgrader sees to that
                .handler(QuicTransport.initializer(channel -> {
                    channel.closeFuture().addListener(closed -> ended.run());
                    began.accept(channel);
                    started.complete(upgrade((QuicChannel) channel));
                }))
                .streamHandler(QuicTransport.initializer(transport::onStream))
                .connect()
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        ended.run();
                        started.thenAccept(handler -> handler.fail(connected.cause()));
                        dialled.completeExceptionally(connected.cause()); // unless the handler has said it better
                    }
                });
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
