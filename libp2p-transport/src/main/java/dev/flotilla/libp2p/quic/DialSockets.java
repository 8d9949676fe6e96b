package dev.flotilla.libp2p.quic;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The UDP sockets that one event loop dials by: one for each address, connected to it, which ends with the last of its
 * connections. Connected, the system tells when nobody has the port. Event loop only.
 */
final class DialSockets {
    private static final long CLOSE_MILLIS_MAX = 900; // a host gives its connections a second to end

    private final QuicSockets sockets;
    private final EventLoop loop;
    private final QuicClient client;
    private final Map<InetSocketAddress, Socket> byRemote = new HashMap<>();
    private boolean closing;

    DialSockets(QuicTransport transport, QuicSecurity security, EventLoop loop) {
        this.sockets = transport.sockets();
        this.loop = loop;
        this.client = new QuicClient(transport, security, loop, this::route);
    }

    QuicClient client() {
        return client;
    }

    /** No more dials come: the codec ends with the last connection, or soon, since an event loop that ends frees none. */
    void close() {
        closing = true;
        closeIfUnused();
        loop.schedule(() -> client.channel().close(), CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    private void closeIfUnused() {
        if (closing && byRemote.isEmpty()) {
            client.channel().close();
        }
    }

    private @Nullable ChannelOutboundInvoker route(InetSocketAddress remote) {
        Socket socket = byRemote.get(remote);
        return socket == null ? null : socket.connecting.channel();
    }

    /**
     * The socket to {@code remote}, in use until {@code dial} leaves it.
     *
     * @param dial is told when nobody has the port
     */
    Socket enter(InetSocketAddress remote, QuicDialer dial) {
        Socket socket = byRemote.computeIfAbsent(remote, Socket::new);
        socket.dials.add(dial);
        return socket;
    }

    /** A connected socket. */
    final class Socket extends ChannelInboundHandlerAdapter {
        private final InetSocketAddress remote;
        private final Set<QuicDialer> dials = new HashSet<>(); // what it is used for
        private final ChannelFuture connecting;

        private Socket(InetSocketAddress remote) {
            this.remote = remote;
            this.connecting = sockets.bootstrap(loop, remote.getAddress(), this).connect(remote);
        }

        /** Done when its local address is known. */
        ChannelFuture connecting() {
            return connecting;
        }

        /** The last one closes it. The goodbye may be in its queue still: an empty datagram behind tells when it has left. */
        void leave(QuicDialer dial) {
            if (dials.remove(dial) && dials.isEmpty()) {
                byRemote.remove(remote, this);
                connecting
                        .channel()
                        .writeAndFlush(new DatagramPacket(Unpooled.EMPTY_BUFFER, remote))
                        .addListener(ChannelFutureListener.CLOSE);
                closeIfUnused();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            client.channel().pipeline().fireChannelRead(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            client.channel().pipeline().fireChannelReadComplete();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            Channel channel = ctx.channel();
            if (channel.isWritable()) {
                client.channel().pipeline().fireChannelWritabilityChanged();
            } else {
                channel.flush(); // the codec flushes when it has done all it can
            }
        }

        /** Nobody has the port: the system says so where the machine that was dialled does. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof PortUnreachableException) {
                Set.copyOf(dials).forEach(QuicDialer::refused);
            } else {
                ctx.fireExceptionCaught(cause);
            }
        }
    }
}
