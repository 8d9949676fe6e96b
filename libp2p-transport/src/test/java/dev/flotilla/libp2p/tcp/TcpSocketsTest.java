package dev.flotilla.libp2p.tcp;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.libp2p.sockets.SocketKind;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(SocketKind.class)
class TcpSocketsTest {
    private static final InetSocketAddress NOT_OF_THIS_MACHINE = new InetSocketAddress("192.0.2.1", 0);
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final EventLoopGroup group;
    private final Upgrader upgrader;

    TcpSocketsTest(SocketKind kind) {
        assumeTrue(kind == SocketKind.NIO || SocketKind.best() == kind, "this machine has it");
        group = new MultiThreadIoEventLoopGroup(1, kind.ioHandlers());
        upgrader = (Upgrader) Proxy.newProxyInstance(
                Upgrader.class.getClassLoader(),
                new Class<?>[] {Upgrader.class},
                (proxy, method, arguments) -> method.getName().equals("config") ? HostConfig.defaults() : group);
    }

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void anUpgradeThatThrowsFailsTheDialAndClosesTheSocket() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = address(server);
            CompletableFuture<Channel> connected = new CompletableFuture<>();
            CompletableFuture<Connection> dialled = new TcpSockets(upgrader, MultiaddrProtocol.TCP)
                    .dial(address, group.next().next(), channel -> {
                        connected.complete(channel);
                        throw new IllegalArgumentException("no such name");
                    });
            assertThatThrownBy(() -> await(dialled)).hasMessageContaining("no such name");
            Channel channel = await(connected);
            awaitUntil("the socket is closed", () -> !channel.isOpen());
        }
    }

    @Test
    void cancellingADialEndsTheSecondTryFromAnotherPort() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = address(server);
            CompletableFuture<Channel> connected = new CompletableFuture<>();
            CompletableFuture<Connection> upgraded = new CompletableFuture<>(); // it never is
            CompletableFuture<Connection> dialled = new TcpSockets(upgrader, MultiaddrProtocol.TCP)
                    .dial(address, NOT_OF_THIS_MACHINE, group.next().next(), channel -> {
                        connected.complete(channel);
                        return upgraded;
                    });
            Channel channel = await(connected);
            dialled.cancel(false);
            awaitUntil("the socket is closed", () -> !channel.isOpen());
            awaitUntil("its upgrade is cancelled", upgraded::isCancelled);
        }
    }

    @Test
    void aPortThatSomebodyElseHasIsNoObstacle() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Channel> connected = new CompletableFuture<>();
            CompletableFuture<Connection> dialled = new TcpSockets(upgrader, MultiaddrProtocol.TCP)
                    .dial(address(server), address(taken), group.next().next(), channel -> {
                        connected.complete(channel);
                        return new CompletableFuture<>();
                    });
            assertThat(await(connected).localAddress()).isNotEqualTo(address(taken));
            dialled.cancel(false);
        }
    }

    @Test
    void aDialMayComeFromAPortThatIsListenedOn() throws Exception {
        TcpSockets sockets = new TcpSockets(upgrader, MultiaddrProtocol.TCP);
        Listener listener = await(sockets.listen(ANY_PORT, Channel::close));
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Channel> connected = new CompletableFuture<>();
            InetSocketAddress local = sockets.listenAddressFor(address(server));
            assertThat(local).isNotNull();
            CompletableFuture<Connection> dialled =
                    sockets.dial(address(server), local, group.next().next(), channel -> {
                        connected.complete(channel);
                        return new CompletableFuture<>();
                    });
            assertThat(await(connected).localAddress()).isEqualTo(local);
            dialled.cancel(false);
        }
        await(listener.close());
    }

    private static InetSocketAddress address(ServerSocket server) {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }
}
