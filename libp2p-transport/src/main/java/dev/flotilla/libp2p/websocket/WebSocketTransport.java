package dev.flotilla.libp2p.websocket;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.Transport;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.libp2p.tcp.TcpSockets;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connections over WebSocket, in and out. The host's upgrade is started with the socket and waits for HTTP: its limits
 * and its time limit hold for both.
 */
public final class WebSocketTransport implements Transport {
    private static final String NAME = "ws";

    private final Upgrader upgrader;
    private final TcpSockets sockets;
    private final @Nullable SslContext tls; // null for the system's certificates
    private @Nullable SslContext systemTls; // guarded by this

    public WebSocketTransport(Host host, Upgrader upgrader) {
        this(upgrader, null);
    }

    /** @param tls knows which servers' certificates to trust; null for those that the system does */
    WebSocketTransport(Upgrader upgrader, @Nullable SslContext tls) {
        this.upgrader = upgrader;
        this.sockets = new TcpSockets(upgrader, MultiaddrProtocol.TCP, MultiaddrProtocol.WS);
        this.tls = tls;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean canDial(Multiaddr address) {
        return WebSocketAddress.of(address).isPresent();
    }

    @Override
    public boolean canListen(Multiaddr address) {
        return WebSocketAddress.plain(address).isPresent();
    }

    @Override
    public CompletableFuture<Listener> listen(Multiaddr address) {
        return sockets.listen(WebSocketAddress.plain(address).orElseThrow().socket(), channel -> {
            UpgradeAnswer.start(channel);
            upgrade(channel, Direction.INBOUND, sockets.multiaddr(channel.remoteAddress()), null);
        });
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop) {
        WebSocketAddress target = WebSocketAddress.of(address).orElseThrow();
        SslContext context;
        try {
            context = target.secure() ? tls() : null;
        } catch (SSLException e) {
            return CompletableFuture.failedFuture(e);
        }
        return sockets.dial(target.socket(), loop, channel -> {
            if (context != null) {
                channel.pipeline()
                        .addLast(context.newHandler(
                                channel.alloc(), target.host(), target.socket().getPort()));
            }
            UpgradeRequest.start(channel, target);
            return upgrade(channel, Direction.OUTBOUND, address.withoutPeerId(), peer);
        });
    }

    /** What every browser has: the server shows a certificate in its name that the system trusts. */
    private synchronized SslContext tls() throws SSLException {
        if (tls != null) {
            return tls;
        }
        SslContext known = systemTls;
        if (known == null) {
            known = SslContextBuilder.forClient().build();
            systemTls = known;
        }
        return known;
    }

    private CompletableFuture<Connection> upgrade(
            Channel channel, Direction direction, Multiaddr remoteAddress, @Nullable PeerId expected) {
        return upgrader.upgrade(new RawConnection(
                NAME, channel, direction, sockets.multiaddr(channel.localAddress()), remoteAddress, expected, false));
    }
}
