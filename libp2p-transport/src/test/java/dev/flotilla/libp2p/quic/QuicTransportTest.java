package dev.flotilla.libp2p.quic;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.limits.HandshakeLimits;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.yamux.YamuxConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is QUIC's own; what hosts promise over QUIC as over all else is in the contract test. */
@ExtendWith(NoLeaks.class)
class QuicTransportTest {
    private static final Multiaddr QUIC = Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1");

    private final Hosts hosts = new Hosts(new Way(QUIC, List.of(), Way.DEFAULT.expected()));

    @AfterEach
    void close() {
        hosts.close();
    }

    private static HostConfig withInboundStreams(int streams) {
        return HostConfig.defaults().withYamux(YamuxConfig.defaults().withInboundStreamsMax(streams));
    }

    @Test
    void oneIdentityListensByTcpAndQuic() {
        try (Host both = Host.builder(PrivateKey.generate())
                .listen(QUIC)
                .listen(Way.DEFAULT.listen())
                .service(new Echo())
                .build()) {
            await(both.start());
            assertThat(both.listenAddresses()).hasSize(2);
            for (Multiaddr address : both.listenAddresses()) {
                Connection connection = await(hosts.start().connect(both.peerId(), List.of(address)));
                assertThat(connection.state().transport())
                        .isEqualTo(address.has(MultiaddrProtocol.UDP) ? "quic-v1" : "tcp");
                assertThat(connection.remoteAddress()).isEqualTo(address);
            }
        }
    }

    @Test
    void withoutItsLibraryItIsRefusedWithTheReason() {
        try (Host host = Host.builder(PrivateKey.generate())
                .transport((under, upgrader) -> new QuicTransport(upgrader, new UnsatisfiedLinkError("no such file")))
                .listen(QUIC)
                .build()) {
            assertThatThrownBy(() -> await(host.start()))
                    .hasMessageContaining("cannot listen on " + QUIC)
                    .hasMessageContaining("there is no QUIC on this machine")
                    .hasMessageContaining("no such file");
            assertThatThrownBy(() -> await(host.connect(
                            PrivateKey.generate().peerId(), List.of(Multiaddr.parse("/ip4/127.0.0.1/udp/9/quic-v1")))))
                    .hasMessageContaining("/ip4/127.0.0.1/udp/9/quic-v1: there is no QUIC on this machine");
        }
    }

    @Test
    void streamsBeyondThePeersLimitWait() {
        Host a = hosts.start();
        Host b = hosts.start(withInboundStreams(4));
        connect(a, b);
        List<CompletableFuture<byte[]>> echoes = new ArrayList<>();
        Queue<Integer> arrived = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            echoes.add(a.newStream(b.peerId(), Echo.PROTOCOL).thenCompose(stream -> {
                arrived.add(number);
                stream.write(new byte[] {(byte) number});
                stream.finish();
                return stream.readToEnd(1);
            }));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(await(echoes.get(i))).containsExactly(i);
        }
        assertThat(arrived).hasSize(20);
    }

    @Test
    void aPeerThatResetsStreamsWithoutEndIsDisconnected() {
        Host host = hosts.start(withInboundStreams(10));
        Host bad = hosts.start();
        Connection connection = connect(bad, host);
        int opened = 0;
        while (connection.isOpen() && opened < 1000) {
            opened++;
            try {
                await(connection.newStream(Echo.PROTOCOL)).reset();
            } catch (RuntimeException e) {
                break; // the connection went away meanwhile
            }
        }
        await(connection.closed());
        assertThat(opened).isBetween(30, 100);
        assertThat(await(host.connect(bad.peerId(), bad.listenAddresses())).isOpen())
                .as("others, and the same again, are served")
                .isTrue();
    }

    @Test
    void datagramsThatAreNotQuicAreIgnored() throws IOException {
        Host host = hosts.start();
        InetSocketAddress address = host.listenAddresses()
                .get(0)
                .socketAddress(MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1)
                .orElseThrow();
        Random random = new Random(17);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 500; i++) {
                byte[] junk = new byte[random.nextInt(1400)];
                random.nextBytes(junk);
                if (i % 2 == 0 && junk.length > 5) {
                    junk[0] = (byte) (0xc0 | junk[0]); // a long header
                    junk[1] = 0;
                    junk[2] = 0;
                    junk[3] = 0;
                    junk[4] = 1;
                }
                socket.send(new DatagramPacket(junk, junk.length, address));
            }
        }
        Host client = hosts.start();
        connect(client, host);
        assertThat(await(Ping.ping(client, host.peerId(), Duration.ofSeconds(5))))
                .isPositive();
        awaitUntil("junk holds nothing", () -> host.connections().size() == 1);
    }

    @Test
    void whoDoesNotAnswerIsGivenUpInWords() throws IOException {
        Host a = hosts.start(HostConfig.defaults().withHandshakeTimeout(Duration.ofMillis(300)));
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Multiaddr address = Multiaddr.parse("/ip4/127.0.0.1/udp/" + silent.getLocalPort() + "/quic-v1");
            assertThatThrownBy(() -> await(a.connect(PrivateKey.generate().peerId(), List.of(address))))
                    .hasMessageContaining(address + ": the handshake took longer than 300 ms");
        }
        awaitUntil("it is counted", () -> a.counters().get(Event.HANDSHAKE_TIMED_OUT) == 1);
    }

    @Test
    void aStreamShowsAtTheOtherSideWithItsFirstByte() {
        Host a = hosts.start();
        Host b = hosts.start();
        CompletableFuture<Stream> inbound = new CompletableFuture<>();
        ProtocolId protocol = new ProtocolId("/first/1.0.0");
        b.handle(protocol, inbound::complete);
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), protocol)); // multistream-select is its first byte
        assertThat(await(inbound).isOpen()).isTrue();
        stream.reset();
        await(await(inbound).read().handle((bytes, failure) -> {
            assertThat(failure).isInstanceOf(IOException.class).hasMessageContaining("reset by the peer");
            return true;
        }));
    }

    /** With room for no handshake whose sender is not proven, every one takes the way over a token. */
    @Test
    void aBusyHostAsksForAProofOfTheAddress() {
        Host busy = hosts.start(HostConfig.defaults()
                .withLimits(ResourceLimits.defaults()
                        .withHandshakes(HandshakeLimits.defaults().withHalfOpenMax(4, 4))));
        Host client = hosts.start();
        connect(client, busy);
        assertThat(await(Ping.ping(client, busy.peerId(), Duration.ofSeconds(5))))
                .isPositive();
    }

    /** Over TCP that is best effort: who closes with bytes unread has the system drop what it said. */
    @Test
    void aHostThatIsClosedSaysSo() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection connection = connect(a, b);
        awaitUntil("both have it", () -> b.connections().size() == 1);
        await(b.closeAsync());
        await(connection.closed());
        assertThatThrownBy(() -> await(connection.newStream(Echo.PROTOCOL))).hasMessageContaining("shutdown (0x1006)");
    }

    private static InetSocketAddress socketOf(Host host) {
        return host.listenAddresses()
                .get(0)
                .socketAddress(MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1)
                .orElseThrow();
    }

    /** Well before QUIC's own 30 seconds, though yamux would not even have asked. */
    @Test
    void aLinkThatWentSilentIsNoticedByTheKeepAlive() throws IOException {
        HostConfig watchful = HostConfig.defaults()
                .withYamux(YamuxConfig.defaults()
                        .withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(10)));
        Host a = hosts.start(watchful);
        Host b = hosts.start();
        Queue<Boolean> closedByPeer = new ConcurrentLinkedQueue<>();
        a.addListener(new ConnectionListener() {
            @Override
            public void closed(Connection connection, boolean byPeer) {
                closedByPeer.add(byPeer);
            }
        });
        try (DatagramRelay link = new DatagramRelay(socketOf(b))) {
            await(a.connect(b.peerId(), List.of(Multiaddr.parse("/ip4/127.0.0.1/udp/" + link.port() + "/quic-v1"))));
            assertThat(await(Ping.ping(a, b.peerId(), Duration.ofSeconds(5)))).isPositive();
            link.cut();
            awaitUntil("it is noticed", () -> !closedByPeer.isEmpty());
        }
        assertThat(closedByPeer).containsExactly(false);
    }

    /** A client that begins and never hears the answer takes the host no longer than a handshake may last. */
    @Test
    void aHandshakeThatIsNotGoneOnWithIsGivenUp() throws IOException {
        Host host = hosts.start(HostConfig.defaults().withEventLoops(1).withHandshakeTimeout(Duration.ofMillis(500)));
        Host slow = hosts.start();
        try (DatagramRelay link = new DatagramRelay(socketOf(host))) {
            link.mute();
            CompletableFuture<Connection> dial = slow.connect(
                    host.peerId(), List.of(Multiaddr.parse("/ip4/127.0.0.1/udp/" + link.port() + "/quic-v1")));
            awaitUntil("it is given up", () -> host.counters().get(Event.HANDSHAKE_TIMED_OUT) == 1);
            dial.cancel(true);
        }
        assertThat(host.connections()).isEmpty();
        Host other = hosts.start();
        connect(other, host);
        assertThat(await(Ping.ping(other, host.peerId(), Duration.ofSeconds(5))))
                .isPositive();
    }

    @Test
    void aConnectionWithTooManyResetStreamsIsGivenUpAndThatIsNotThePeersDoing() {
        Host a = hosts.start();
        Host b = hosts.start(
                HostConfig.defaults().withYamux(YamuxConfig.defaults().withInboundStreamsMax(2)));
        ProtocolId protocol = new ProtocolId("/reset/1.0.0");
        b.handle(protocol, Stream::reset);
        Queue<Boolean> closedByPeer = new ConcurrentLinkedQueue<>();
        b.addListener(new ConnectionListener() {
            @Override
            public void closed(Connection connection, boolean byPeer) {
                closedByPeer.add(byPeer);
            }
        });
        connect(a, b);
        awaitUntil("it is given up", () -> {
            if (a.connections().isEmpty()) {
                return !closedByPeer.isEmpty();
            }
            await(a.newStream(b.peerId(), protocol).handle((stream, failure) -> stream));
            return false;
        });
        assertThat(closedByPeer).containsExactly(false);
    }

    /** Beginnings of handshakes whose senders are nowhere: beyond a few, they get a token and take no room. */
    @Test
    void aFloodOfForgedBeginningsLeavesRoomForOthers() throws IOException {
        Host host = hosts.start(HostConfig.defaults()
                .withLimits(ResourceLimits.defaults()
                        .withHandshakes(HandshakeLimits.defaults().withHalfOpenMax(32, 32))));
        Random random = new Random(23);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 1000; i++) {
                byte[] initial = new byte[1200];
                random.nextBytes(initial);
                byte[] header = {(byte) 0xc3, 0, 0, 0, 1, 16}; // version 1, a connection id of 16 random bytes
                System.arraycopy(header, 0, initial, 0, header.length);
                initial[22] = 0; // no source connection id
                initial[23] = 0; // no token
                initial[24] = 0x44;
                initial[25] = (byte) 0x96; // 1174 bytes follow
                socket.send(new DatagramPacket(initial, initial.length, socketOf(host)));
            }
        }
        Host client = hosts.start();
        connect(client, host);
        assertThat(await(Ping.ping(client, host.peerId(), Duration.ofSeconds(5))))
                .isPositive();
        assertThat(host.counters().get(Event.ACCEPTED)).as("accepted of 1000").isLessThan(50);
        assertThat(host.connections()).hasSize(1);
    }

    private static Connection connectFromListenPort(Host from, Host to) {
        return await(from.connect(
                to.peerId(), to.listenAddresses(), DialOptions.defaults().withListenPort()));
    }

    @Test
    void aDialMayComeFromThePortThatIsListenedOn() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection connection = connectFromListenPort(a, b);
        assertThat(connection.localAddress()).isEqualTo(a.listenAddresses().get(0));
        awaitUntil("both have it", () -> b.connections().size() == 1);
        assertThat(b.connections().get(0).remoteAddress())
                .isEqualTo(a.listenAddresses().get(0));
        assertThat(connect(b, hosts.start()).localAddress())
                .as("others come from any port")
                .isNotEqualTo(b.listenAddresses().get(0));
    }

    @Test
    void whatWasDialledByAListenersSocketAndWhatCameToItDoNotDisturbEachOther() {
        Host middle = hosts.start();
        Host before = hosts.start();
        Host behind = hosts.start();
        Connection in = connect(before, middle);
        Connection out = connectFromListenPort(middle, behind);
        byte[] bytes = new byte[1 << 20];
        new Random(3).nextBytes(bytes);
        List<CompletableFuture<byte[]>> echoes = new ArrayList<>();
        for (Connection each : List.of(in, out, in, out)) {
            echoes.add(each.newStream(Echo.PROTOCOL).thenCompose(stream -> {
                stream.write(bytes);
                stream.finish();
                return stream.readToEnd(bytes.length);
            }));
        }
        echoes.forEach(echo -> assertThat(await(echo)).isEqualTo(bytes));
        await(out.close());
        assertThat(await(Ping.ping(before, middle.peerId(), Duration.ofSeconds(5))))
                .isPositive();
        Connection again = connectFromListenPort(middle, behind);
        assertThat(await(Ping.ping(middle, behind.peerId(), Duration.ofSeconds(5))))
                .isPositive();
        await(middle.closeAsync());
        await(again.closed());
        awaitUntil("a goodbye came", () -> behind.connections().isEmpty());
    }

    @Test
    void aPeerCanBeDialledAgainAndAgain() {
        Host a = hosts.start();
        Host b = hosts.start();
        for (int i = 0; i < 20; i++) {
            Connection connection = connect(a, b);
            assertThat(await(Ping.ping(a, b.peerId(), Duration.ofSeconds(5)))).isPositive();
            if (i % 2 == 0) {
                await(connection.close());
            } else {
                connection.close(); // the next dial begins while this one ends
            }
        }
    }

    /** On the machine itself the system tells at once; it does so on Linux, macOS and Windows. */
    @Test
    void aPortThatNobodyHasIsRefused() throws IOException {
        Host a = hosts.start();
        int port;
        try (DatagramSocket closed = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        Multiaddr address = Multiaddr.parse("/ip4/127.0.0.1/udp/" + port + "/quic-v1");
        assertThatThrownBy(() -> await(a.connect(PrivateKey.generate().peerId(), List.of(address))))
                .hasMessageContaining(address + ": refused");
    }
}
