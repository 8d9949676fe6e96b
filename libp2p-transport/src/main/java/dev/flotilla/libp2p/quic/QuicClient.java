package dev.flotilla.libp2p.quic;

import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.PromiseNotifier;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Netty's codec for connections that are dialled, with a channel of its own that never touches the network: datagrams go
 * to the sockets that {@link Route} names, and theirs are put into {@link #channel}. One codec serves many sockets, since
 * making one takes longer than a handshake: quiche reads all certificates that the system trusts. Event loop only.
 */
final class QuicClient {
    /** Whom a connection is to lead to. */
    static final AttributeKey<PeerId> EXPECTED = AttributeKey.valueOf(QuicClient.class, "expected");

    private final Channel channel;
    private final ChannelFuture registered;

    /** By what datagrams leave to an address; null if they can no more. */
    interface Route extends Function<InetSocketAddress, @Nullable ChannelOutboundInvoker> {
        @Override
        @Nullable
        ChannelOutboundInvoker apply(InetSocketAddress remote);
    }

    QuicClient(QuicTransport transport, QuicSecurity security, EventLoop loop, Route route) {
        registered = transport
                .sockets()
                .unbound(loop, QuicTransport.initializer(made -> made.pipeline()
                        .addLast(
                                new Router(route),
                                transport
                                        .configure(
                                                new QuicClientCodecBuilder(),
                                                dialled -> security.clientEngine(
                                                        dialled,
                                                        dialled.attr(EXPECTED).get()))
                                        .build())))
                .register();
        channel = registered.channel();
    }

    /** The parent of the connections. */
    Channel channel() {
        return channel;
    }

    /** Done when connections can be made. */
    ChannelFuture registered() {
        return registered;
    }

    private static final class Router extends ChannelDuplexHandler {
        private final Route route;
        private final Set<ChannelOutboundInvoker> unflushed = new HashSet<>();

        private Router(Route route) {
            this.route = route;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ChannelOutboundInvoker way = route.apply(((DatagramPacket) message).recipient());
            if (way == null) {
                ReferenceCountUtil.release(message);
                promise.tryFailure(new ClosedChannelException());
                return;
            }
            PromiseNotifier.cascade(way.write(message), promise);
            unflushed.add(way);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            Set<ChannelOutboundInvoker> ways = Set.copyOf(unflushed);
            unflushed.clear();
            ways.forEach(ChannelOutboundInvoker::flush);
        }
    }
}
