package dev.flotilla.libp2p.quic;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class QuicPunchesTest {
    private static final Multiaddr QUIC = Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1");
    private static final DialOptions AS_LISTENER = DialOptions.defaults().withSimultaneousConnect(false);
    private static final int PATIENCE_MILLIS = 20_000;

    private final Hosts hosts = new Hosts(new Way(QUIC, List.of(), Way.DEFAULT.expected()));

    @AfterEach
    void close() {
        hosts.close();
    }

    private static Multiaddr address(DatagramSocket socket) {
        return Multiaddr.parse("/ip4/127.0.0.1/udp/" + socket.getLocalPort() + "/quic-v1");
    }

    private static DatagramSocket socket() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    @Test
    void randomDatagramsLeaveThePortThatIsListenedOnUntilThePeersConnectionHasCome() throws IOException {
        Host host = hosts.start();
        Host peer = hosts.start();
        int port = host.listenAddresses()
                .get(0)
                .socketAddress(MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1)
                .orElseThrow()
                .getPort();
        try (DatagramSocket behindNat = socket()) {
            CompletableFuture<Connection> came = host.connect(peer.peerId(), List.of(address(behindNat)), AS_LISTENER);
            DatagramPacket datagram = new DatagramPacket(new byte[2048], 2048);
            for (int i = 0; i < 5; i++) {
                datagram.setLength(2048);
                behindNat.receive(datagram);
                assertThat(datagram.getPort()).isEqualTo(port);
                assertThat(datagram.getLength()).isEqualTo(64);
                assertThat(datagram.getData()[0] & 0xc0)
                        .as("what QUIC begins with")
                        .isZero();
            }
            assertThat(came).isNotDone();
            connect(hosts.start(), host); // somebody else
            assertThat(came).isNotDone();
            connect(peer, host);
            assertThat(await(came).remotePeerId()).isEqualTo(peer.peerId());
            assertThat(await(came).direction()).isEqualTo(Direction.INBOUND);
        }
    }

    @Test
    void theDialOfThePeerIsGivenUpInWordsWhenItDoesNotCome() throws IOException {
        Host host = hosts.start();
        try (DatagramSocket silent = socket()) {
            assertThatThrownBy(() ->
                            await(host.connect(PrivateKey.generate().peerId(), List.of(address(silent)), AS_LISTENER)))
                    .hasMessageContaining("the peer's connection did not come within 5 s");
        }
    }

    @Test
    void withoutAListenerNobodyIsLetIn() throws IOException {
        try (Host host = Host.builder(PrivateKey.generate()).build();
                DatagramSocket silent = socket()) {
            await(host.start());
            assertThatThrownBy(() ->
                            await(host.connect(PrivateKey.generate().peerId(), List.of(address(silent)), AS_LISTENER)))
                    .hasMessageContaining("nothing listens from which");
        }
    }

    @Test
    void nothingIsSentOnceTheListenerIsClosed() throws IOException {
        Host host = hosts.start();
        try (DatagramSocket silent = socket()) {
            CompletableFuture<Connection> came =
                    host.connect(PrivateKey.generate().peerId(), List.of(address(silent)), AS_LISTENER);
            silent.receive(new DatagramPacket(new byte[64], 64));
            host.unlisten(QUIC);
            awaitUntil("it has ended", came::isDone);
            assertThatThrownBy(() -> await(came)).hasMessageContaining("the listener is closed");
        }
    }

    @Test
    void datagramsAreSentUntilAConnectionOfThePeerHasComeAndNoLonger() {
        QuicPunches punches = new QuicPunches();
        ListenSocket dials = new ListenSocket((loop, route) -> {
            throw new AssertionError("nothing is dialled");
        });
        EmbeddedChannel socket = new EmbeddedChannel(dials);
        socket.freezeTime();
        QuicListener listener = new QuicListener(socket, dials, new DefaultChannelGroup(socket.eventLoop()));
        PeerId peer = PrivateKey.generate().peerId();
        InetSocketAddress remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);
        CompletableFuture<Connection> came = punches.punch(listener, remote, peer);
        socket.runPendingTasks();
        for (int i = 0; i < 10; i++) {
            assertThat(sentBy(socket)).isEqualTo(1);
            socket.advanceTimeBy(9, TimeUnit.MILLISECONDS);
            socket.runScheduledPendingTasks();
            assertThat(sentBy(socket)).as("too early").isZero();
            socket.advanceTimeBy(191, TimeUnit.MILLISECONDS);
            socket.runScheduledPendingTasks();
        }
        punches.onConnection(from(PrivateKey.generate().peerId()));
        assertThat(came).isNotDone();
        Connection wanted = from(peer);
        punches.onConnection(wanted);
        assertThat(came).isCompletedWithValue(wanted);
        sentBy(socket);
        socket.advanceTimeBy(1, TimeUnit.SECONDS);
        socket.runScheduledPendingTasks();
        assertThat(sentBy(socket)).isZero();
        socket.finishAndReleaseAll();
    }

    @Test
    void whatIsToBeSentAgainEndsWithItsEventLoop() {
        ListenSocket dials = new ListenSocket((loop, route) -> {
            throw new AssertionError("nothing is dialled");
        });
        EmbeddedChannel socket = new EmbeddedChannel(dials);
        QuicListener listener = new QuicListener(socket, dials, new DefaultChannelGroup(socket.eventLoop()));
        CompletableFuture<Connection> came = new QuicPunches()
                .punch(
                        listener,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001),
                        PrivateKey.generate().peerId());
        socket.runPendingTasks();
        assertThat(came).isNotDone();
        socket.finishAndReleaseAll(); // which cancels what is scheduled, as a loop does that ends
        assertThatThrownBy(() -> await(came)).hasMessageContaining("the listener is closed");
    }

    /** The loop may end between the look for a listener and the first task for it. */
    @Test
    void aListenerWhoseEventLoopHasEndedFailsWhatIsAskedOfIt() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Upgrader upgrader = (Upgrader) Proxy.newProxyInstance(
                Upgrader.class.getClassLoader(),
                new Class<?>[] {Upgrader.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "identity" -> PrivateKey.generate();
                    case "eventLoops" -> loops;
                    default -> throw new AssertionError("nothing is to be upgraded: " + method);
                });
        QuicTransport transport = new QuicTransport(upgrader, null);
        ListenSocket dials = new ListenSocket((loop, route) -> {
            throw new AssertionError("nothing is dialled");
        });
        NioDatagramChannel socket = new NioDatagramChannel();
        socket.pipeline().addLast(dials);
        loops.register(socket).sync();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        QuicListener listener =
                new QuicListener(socket, dials, new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE));
        PeerId peer = PrivateKey.generate().peerId();
        InetSocketAddress remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4001);
        QuicDialer dialer = new QuicDialer(transport, upgrader, new QuicSecurity(upgrader.identity()), peer, remote);
        for (CompletableFuture<Connection> asked :
                List.of(dialer.dial(listener), new QuicPunches().punch(listener, remote, peer))) {
            assertThatThrownBy(() -> await(asked)).hasMessageContaining("its event loop has ended");
        }
    }

    private static int sentBy(EmbeddedChannel socket) {
        int count = 0;
        for (Object sent = socket.readOutbound(); sent != null; sent = socket.readOutbound()) {
            ReferenceCountUtil.release(sent);
            count++;
        }
        return count;
    }

    private static Connection from(PeerId peer) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "remotePeerId" -> peer;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "a connection";
                });
    }
}
