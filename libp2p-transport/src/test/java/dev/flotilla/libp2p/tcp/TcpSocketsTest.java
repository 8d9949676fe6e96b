package dev.flotilla.libp2p.tcp;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.Upgrader;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpSocketsTest {
    private static final InetSocketAddress NOT_OF_THIS_MACHINE = new InetSocketAddress("192.0.2.1", 0);

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Upgrader upgrader = (Upgrader) Proxy.newProxyInstance(
            Upgrader.class.getClassLoader(),
            new Class<?>[] {Upgrader.class},
            (proxy, method, arguments) -> method.getName().equals("config") ? HostConfig.defaults() : group);

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void anUpgradeThatThrowsFailsTheDialAndClosesTheSocket() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
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
            InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
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
}
