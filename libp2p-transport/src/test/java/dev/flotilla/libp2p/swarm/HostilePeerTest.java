package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.limits.HandshakeLimits;
import dev.flotilla.libp2p.limits.Limit;
import dev.flotilla.libp2p.limits.Resource;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.ping.Ping;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who wants to wear a host out gets a bounded part of it, and another peer notices nothing. */
@ExtendWith(NoLeaks.class)
class HostilePeerTest {
    private static final ProtocolId UNREAD = new ProtocolId("/unread/1.0.0");
    private static final String MULTISTREAM = "132f6d756c746973747265616d2f312e302e300a";
    private static final Duration SECONDS_5 = Duration.ofSeconds(5);
    private static final int UNREAD_MAX = 8 << 20;

    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    private Host small() {
        return hosts.start(HostConfig.defaults().withEventLoops(1));
    }

    private Host start(ResourceLimits limits) {
        return hosts.start(HostConfig.defaults().withEventLoops(1).withLimits(limits));
    }

    /** A host that keeps itself to no limit of {@code protocol}. */
    private Host unrestrained(ProtocolId protocol) {
        return start(ResourceLimits.defaults()
                .withStreams(ResourceLimits.defaults().streams().withProtocol(protocol.value(), Limit.of(500, 500))));
    }

    private static Socket dial(Host host) throws IOException {
        InetSocketAddress address =
                host.listenAddresses().get(0).tcpSocketAddress().orElseThrow();
        return new Socket(address.getAddress(), address.getPort());
    }

    private static void assertServes(Host host, Host client) {
        connect(client, host);
        for (int i = 0; i < 3; i++) {
            assertThat(await(Ping.ping(client, host.peerId(), SECONDS_5))).isPositive();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("libp2p"))
                .count();
    }

    /** Sends byte by byte until the other side has enough; whether that comes. */
    private static boolean isEndedAmidBytes(Socket socket, byte[] bytes) throws IOException {
        socket.setSoTimeout(200); // the pace: what is begun takes longer than the handshake may
        try {
            for (byte next : bytes) {
                socket.getOutputStream().write(next);
                if (isEnded(socket.getInputStream())) {
                    return true;
                }
            }
        } catch (IOException e) {
            return true;
        }
        return false;
    }

    /** Reads what there is, and waits for more as long as the socket does. */
    private static boolean isEnded(InputStream in) throws IOException {
        try {
            while (in.read() >= 0) {
                // an answer that nobody wants
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "in multistream-select, ''",
        "in the Noise handshake, 072f6e6f6973650a 00200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "in the TLS handshake, 0b2f746c732f312e302e300a"
                + " 1603010400010003fc03030102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    })
    void whoSendsAByteNowAndThenIsGivenUp(String when, String after) throws IOException {
        Host host = hosts.start(HostConfig.defaults().withEventLoops(1).withHandshakeTimeout(Duration.ofSeconds(3)));
        Host other = small();
        byte[] begun =
                HexFormat.of().parseHex(after.isEmpty() ? "" : MULTISTREAM + after.substring(0, after.indexOf(' ')));
        byte[] slowly =
                HexFormat.of().parseHex(after.isEmpty() ? MULTISTREAM : after.substring(after.indexOf(' ') + 1));
        try (Socket socket = dial(host)) {
            socket.getOutputStream().write(begun);
            assertServes(host, other);
            assertThat(isEndedAmidBytes(socket, slowly)).as(when).isTrue();
        }
        awaitUntil("it is counted", () -> host.counters().get(Event.HANDSHAKE_TIMED_OUT) == 1);
        assertServes(host, other);
    }

    @Test
    void whoAsksForAWebSocketAByteNowAndThenIsGivenUp() throws IOException {
        Multiaddr ws = Multiaddr.parse("/ip4/127.0.0.1/tcp/0/ws");
        Host host = hosts.start(
                PrivateKey.generate(),
                HostConfig.defaults().withEventLoops(1).withHandshakeTimeout(Duration.ofSeconds(3)),
                ws);
        Host other = hosts.start(PrivateKey.generate(), HostConfig.defaults().withEventLoops(1), ws);
        InetSocketAddress address = host.listenAddresses()
                .get(0)
                .socketAddress(MultiaddrProtocol.TCP, MultiaddrProtocol.WS)
                .orElseThrow();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n".getBytes(US_ASCII));
            assertServes(host, other);
            assertThat(isEndedAmidBytes(socket, "Connection: Upgrade, and what not\r\n".getBytes(US_ASCII)))
                    .isTrue();
        }
        assertServes(host, other);
    }

    @Test
    void aFloodOfConnectionsThatSayNothingTakesABoundedPart() throws IOException {
        Host host = start(ResourceLimits.defaults()
                .withHandshakes(HandshakeLimits.defaults().withHalfOpenMax(16, 16)));
        Host before = small();
        Host amid = small();
        connect(before, host);
        long threads = threads();
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                silent.add(dial(host));
            }
            awaitUntil(
                    "all but 16 have given way or timed out",
                    () -> host.counters().refusals(Resource.HALF_OPEN_CONNECTIONS)
                                    + host.counters().get(Event.HANDSHAKE_TIMED_OUT)
                            >= 400 - 16);
            assertThat(host.counters().refusals(Resource.HALF_OPEN_CONNECTIONS)).isPositive();
            assertServes(host, before);
            assertServes(host, amid);
            assertThat(threads()).isEqualTo(threads);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        assertThat(host.connections()).hasSize(2);
    }

    @Test
    void streamsThatNeverSayWhatTheyWantAreBounded() {
        Host host = start(ResourceLimits.defaults()
                .withStreams(ResourceLimits.defaults().streams().withPerPeer(Limit.of(8, 8))));
        Host other = small();
        Host flooding = small();
        SwarmConnection hostile = (SwarmConnection) connect(flooding, host);
        connect(other, host);
        awaitUntil("both are in", () -> host.connections().size() == 2);
        SwarmConnection flooded =
                (SwarmConnection) host.connections(flooding.peerId()).get(0);
        for (int i = 0; i < 2000; i++) {
            hostile.muxed().openStream(new ChannelInboundHandlerAdapter());
        }
        awaitUntil(
                "those beyond the limit are refused", () -> host.counters().refusals(Resource.STREAMS_OF_PEER) >= 1000);
        assertServes(host, other);
        awaitUntil("no more than the limit are left", () -> await(onLoop(flooded, flooded::streamCount)) <= 8);
    }

    private static <T> CompletableFuture<T> onLoop(
            SwarmConnection connection, java.util.function.Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, connection.channel().eventLoop());
    }

    @Test
    void pingsWhoseAnswersNobodyReadsAreBounded() {
        Host host = start(ResourceLimits.defaults().withReceivedBytesMax(UNREAD_MAX));
        Host other = small();
        Connection hostile = connect(unrestrained(Ping.PROTOCOL), host);
        connect(other, host);
        int streams = ResourceLimits.defaults()
                .streams()
                .ofProtocolAndPeer(Ping.PROTOCOL.value())
                .inboundMax();
        List<Stream> open = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            open.add(await(hostile.newStream(Ping.PROTOCOL)));
        }
        hostile.newStream(Ping.PROTOCOL);
        awaitUntil("one more is refused", () -> host.counters().refusals(Resource.STREAMS_OF_PROTOCOL_AND_PEER) == 1);
        List<CompletableFuture<Void>> floods =
                open.stream().map(stream -> stream.write(new byte[8 << 20])).toList();
        SwarmHost flooded = (SwarmHost) host;
        awaitUntil("the answers are stuck, and so are the questions", () -> flooded.unreadBytes() > 0);
        assertServes(host, other);
        assertThat(flooded.unreadBytes()).isLessThanOrEqualTo(UNREAD_MAX);
        assertThat(floods).as("nobody has taken so much in").noneMatch(CompletableFuture::isDone);
        assertThat(host.connections()).hasSize(2);
    }

    @Test
    void bytesThatNothingReadsAreBoundedAndWhoSendsMostOfThemGoes() {
        Host host = start(ResourceLimits.defaults().withReceivedBytesMax(UNREAD_MAX));
        Queue<Stream> held = new ConcurrentLinkedQueue<>();
        host.handle(UNREAD, held::add);
        Host member = small();
        host.peerTags().protect(member.peerId(), "test");
        Host other = small();
        SwarmHost flooded = (SwarmHost) host;
        fill(connect(member, host), 4);
        awaitUntil("a member sends, too", () -> flooded.unreadBytes() > 0);
        for (int i = 0; i < 6; i++) {
            fill(connect(small(), host), 8);
        }
        awaitUntil("somebody has to go", () -> host.counters().refusals(Resource.RECEIVED_BYTES) > 0);
        assertServes(host, other);
        assertThat(flooded.unreadBytes()).isLessThanOrEqualTo(UNREAD_MAX);
        assertThat(host.connections(member.peerId())).as("not the member").hasSize(1);
        assertThat(await(Ping.ping(other, host.peerId(), SECONDS_5))).isPositive();
        held.forEach(Stream::reset);
    }

    private static void fill(Connection connection, int streams) {
        for (int i = 0; i < streams; i++) {
            connection.newStream(UNREAD).thenAccept(stream -> stream.write(new byte[1 << 20]));
        }
    }

    @Test
    void aStormOfPushesIsAnsweredAtARate() {
        Host host = start(ResourceLimits.defaults());
        Host other = small();
        Connection hostile = connect(unrestrained(Identify.PUSH), host);
        awaitUntil("one too soon is refused", () -> {
            Stream push = await(hostile.newStream(Identify.PUSH));
            push.write(new byte[] {0});
            push.close();
            await(push.closed());
            return host.counters().refusals(Resource.IDENTIFIES_A_SECOND) > 0;
        });
        for (int i = 0; i < 100; i++) {
            hostile.newStream(Identify.PUSH);
        }
        awaitUntil(
                "so are too many at once",
                () -> host.counters().refusals(Resource.STREAMS_OF_PROTOCOL_AND_PEER)
                                + host.counters().refusals(Resource.IDENTIFIES_A_SECOND)
                        >= 90);
        assertServes(host, other);
        assertThat(hostile.isOpen()).isTrue();
    }

    @Test
    void aGiantPushIsCutOffAndManyAddressesAreNotKept() {
        Host host = start(ResourceLimits.defaults());
        Host other = small();
        Connection hostile = connect(small(), host);
        awaitUntil("it is identified", () -> host.connections().stream()
                .anyMatch(connection -> connection.peerInfo().isPresent()));
        Connection inbound = host.connections().get(0);

        Stream giant = await(hostile.newStream(Identify.PUSH));
        giant.write(new byte[4 << 20]);
        await(giant.closed());

        Stream many = await(hostile.newStream(Identify.PUSH));
        await(many.write(pushOfAddresses(6000)));
        many.finish();
        awaitUntil(
                "some are known",
                () -> inbound.peerInfo().orElseThrow().listenAddresses().size() > 1);
        assertThat(inbound.peerInfo().orElseThrow().listenAddresses()).hasSizeLessThanOrEqualTo(500);
        assertServes(host, other);
        assertThat(hostile.isOpen()).isTrue();
    }

    /** One identify message with as many addresses {@code /ip4/10.x.y.1/tcp/1} (field 2 of ten bytes each). */
    private static byte[] pushOfAddresses(int count) {
        int size = count * 10;
        byte[] bytes = new byte[3 + size];
        bytes[0] = (byte) ((size & 0x7f) | 0x80);
        bytes[1] = (byte) (((size >> 7) & 0x7f) | 0x80);
        bytes[2] = (byte) (size >> 14);
        for (int i = 0; i < count; i++) {
            byte[] address = {0x12, 8, 4, 10, (byte) (i >> 8), (byte) i, 1, 6, 0, 1};
            System.arraycopy(address, 0, bytes, 3 + i * 10, 10);
        }
        return bytes;
    }
}
