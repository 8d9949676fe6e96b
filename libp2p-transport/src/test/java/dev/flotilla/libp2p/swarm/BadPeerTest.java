package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.limits.HandshakeLimits;
import dev.flotilla.libp2p.limits.Resource;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.ping.Ping;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes to the port and does not speak libp2p is shown the door, counted, and harms nobody. */
@ExtendWith(NoLeaks.class)
class BadPeerTest {
    private static final String MULTISTREAM_NOISE = "132f6d756c746973747265616d2f312e302e300a" + "072f6e6f6973650a";

    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    private static Socket dial(Host host) throws IOException {
        InetSocketAddress address =
                host.listenAddresses().get(0).tcpSocketAddress().orElseThrow();
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Whether the other side ends the connection, whatever it says before. */
    private static boolean isClosed(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            in.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (IOException e) {
            return !(e instanceof SocketTimeoutException);
        }
    }

    private static void assertStillServes(Host host, Host client) {
        connect(client, host);
        assertThat(await(Ping.ping(client, host.peerId(), Duration.ofSeconds(5))))
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "474554202f20485454502f312e310d0a0d0a", // GET / HTTP/1.1
                "ffffffffffffffffffff",
                "00",
                "132f6d756c746973747265616d2f322e302e300a", // /multistream/2.0.0
                MULTISTREAM_NOISE + "0000",
                MULTISTREAM_NOISE + "00030102030405",
                MULTISTREAM_NOISE + "002000000000000000000000000000000000000000000000000000000000000000000040aaaa",
            })
    void anythingElseIsClosedAndCounted(String hex) throws IOException {
        Host host = hosts.start(HostConfig.defaults().withHandshakeTimeout(Duration.ofSeconds(1)));
        try (Socket socket = dial(host)) {
            socket.getOutputStream().write(HexFormat.of().parseHex(hex));
            assertThat(isClosed(socket)).isTrue();
        }
        awaitUntil("it is counted", () -> host.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 1);
        assertStillServes(host, hosts.start());
    }

    @Test
    void randomBytesAtEveryStageAreSurvived() throws IOException {
        Host host = hosts.start(HostConfig.defaults().withHandshakeTimeout(Duration.ofMillis(500)));
        Random random = new Random(4);
        byte[] prefix = HexFormat.of().parseHex(MULTISTREAM_NOISE);
        for (int i = 0; i < 50; i++) {
            byte[] junk = new byte[1 + random.nextInt(300)];
            random.nextBytes(junk);
            try (Socket socket = dial(host)) {
                OutputStream out = socket.getOutputStream();
                out.write(prefix, 0, random.nextInt(prefix.length + 1));
                out.write(junk);
                if (i % 2 == 0) {
                    socket.shutdownOutput();
                }
                assertThat(isClosed(socket)).isTrue();
            }
        }
        awaitUntil("all are counted", () -> host.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 50);
        assertThat(host.connections()).isEmpty();
        assertStillServes(host, hosts.start());
    }

    @Test
    void aSilentPeerIsGivenUp() throws IOException {
        Host host = hosts.start(HostConfig.defaults().withHandshakeTimeout(Duration.ofMillis(200)));
        try (Socket socket = dial(host)) {
            assertThat(isClosed(socket)).isTrue();
        }
        awaitUntil("it is counted", () -> host.counters().get(Event.HANDSHAKE_TIMED_OUT) == 1);
    }

    @Test
    void halfOpenConnectionsAreBoundedAndTheOldestGivesWay() throws IOException {
        Host host = hosts.start(HostConfig.defaults()
                .withLimits(ResourceLimits.defaults()
                        .withHandshakes(HandshakeLimits.defaults().withHalfOpenMax(4, 4))));
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            silent.add(dial(host));
        }
        awaitUntil("they are accepted", () -> host.counters().get(Event.ACCEPTED) == 4);
        assertStillServes(host, hosts.start());
        assertThat(isClosed(silent.get(0))).isTrue();
        assertThat(host.counters().get(Event.REFUSED)).isEqualTo(1);
        assertThat(host.counters().refusals(Resource.HALF_OPEN_CONNECTIONS)).isEqualTo(1);
        for (Socket socket : silent) {
            socket.close();
        }
        awaitUntil("they are gone", () -> host.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 3);
    }

    @Test
    void aPeerThatBreaksTheProtocolLaterIsDisconnectedAndCounted() {
        Host host = hosts.start();
        Host bad = hosts.start();
        Connection connection = connect(bad, host);
        awaitUntil("both are up", () -> !host.connections().isEmpty());
        // below yamux, above Noise: a frame of a type that does not exist
        ((SwarmConnection) connection)
                .channel()
                .pipeline()
                .context("yamux")
                .writeAndFlush(Unpooled.wrappedBuffer(HexFormat.of().parseHex("00ff00000000000000000000")));
        await(connection.closed());
        awaitUntil("it is counted", () -> host.counters().get(Event.PROTOCOL_ERROR) == 1);
        assertThat(bad.counters().get(Event.PROTOCOL_ERROR)).isZero();
        assertStillServes(host, bad);
    }

    @Test
    void bytesThatDoNotDecryptEndTheConnection() {
        Host host = hosts.start();
        Host bad = hosts.start();
        Connection connection = connect(bad, host);
        awaitUntil("both are up", () -> !host.connections().isEmpty());
        ((SwarmConnection) connection)
                .channel()
                .pipeline()
                .firstContext()
                .writeAndFlush(
                        Unpooled.copiedBuffer("\0\36not thirty bytes of ciphertext", StandardCharsets.ISO_8859_1));
        await(connection.closed());
        awaitUntil("it is counted", () -> host.counters().get(Event.PROTOCOL_ERROR) == 1);
        assertStillServes(host, bad);
    }
}
