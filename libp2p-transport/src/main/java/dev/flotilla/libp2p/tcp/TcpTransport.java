package dev.flotilla.libp2p.tcp;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.Transport;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Connections over TCP, in and out. */
public final class TcpTransport implements Transport {
    private static final String NAME = "tcp";

    private final Upgrader upgrader;
    private final TcpSockets sockets;

    public TcpTransport(Host host, Upgrader upgrader) {
        this.upgrader = upgrader;
        this.sockets = new TcpSockets(upgrader, MultiaddrProtocol.TCP);
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
        return sockets.listen(
                socketAddress(address).orElseThrow(), channel -> upgrade(channel, Direction.INBOUND, null));
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop) {
        return dial(address, peer, loop, DialOptions.defaults());
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop, DialOptions options) {
        Direction role = options.asListener() ? Direction.INBOUND : Direction.OUTBOUND;
        InetSocketAddress remote = socketAddress(address).orElseThrow();
        return sockets.dial(
                remote,
                options.fromListenPort() ? sockets.listenAddressFor(remote) : null,
                loop,
                channel -> upgrade(channel, role, peer));
    }

    private CompletableFuture<Connection> upgrade(Channel channel, Direction direction, @Nullable PeerId expected) {
        return upgrader.upgrade(new RawConnection(
                NAME,
                channel,
                direction,
                sockets.multiaddr(channel.localAddress()),
                sockets.multiaddr(channel.remoteAddress()),
                expected,
                false));
    }
}
