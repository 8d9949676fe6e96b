package dev.flotilla.libp2p.websocket;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.transport.PeerId;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is WebSocket's own; what hosts promise over it as over all else is in the contract test. */
@ExtendWith(NoLeaks.class)
class WebSocketTransportTest {
    private static final Multiaddr WS = Multiaddr.parse("/ip4/127.0.0.1/tcp/0/ws");
    private static final HexFormat HEX = HexFormat.of();
    private static final String MULTISTREAM = "132f6d756c746973747265616d2f312e302e300a";

    private final Hosts hosts = new Hosts(new Way(WS, List.of(), Way.DEFAULT.expected()));

    @AfterEach
    void close() {
        hosts.close();
    }

    private static void assertStillServes(Host host, Host client) {
        connect(client, host);
        assertThat(await(Ping.ping(client, host.peerId(), Duration.ofSeconds(5))))
                .isPositive();
    }

    @Test
    void oneIdentityListensByTcpAndWebSocket() {
        try (Host both = Host.builder(PrivateKey.generate())
                .listen(WS)
                .listen(Way.DEFAULT.listen())
                .build()) {
            await(both.start());
            assertThat(both.listenAddresses()).hasSize(2);
            for (Multiaddr address : both.listenAddresses()) {
                Connection connection = await(hosts.start().connect(both.peerId(), List.of(address)));
                assertThat(connection.state().transport())
                        .isEqualTo(address.toString().endsWith("/ws") ? "ws" : "tcp");
                assertThat(connection.remoteAddress()).isEqualTo(address);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1, 426",
        "GET /chat HTTP/1.1, 404",
        "POST / HTTP/1.1, 405",
        "no request at all, 400",
    })
    void whoAsksForSomethingElseGetsAShortAnswer(String request, int status) throws IOException {
        Host host = hosts.start();
        try (PlainClient client = new PlainClient(host)) {
            client.send(request + "\r\nHost: here\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 " + status).contains("libp2p");
        }
        awaitUntil("it is counted", () -> host.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 1);
        assertStillServes(host, hosts.start());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: h2c\r\n", "Upgrade: websocket\r\n"}) // not WebSocket; no key
    void anIncompleteUpgradeIsABadRequest(String header) throws IOException {
        Host host = hosts.start();
        try (PlainClient client = new PlainClient(host)) {
            client.send("GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" + header
                    + "\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void endlessRequestsAreCutOff(int where) throws IOException {
        Host host = hosts.start();
        try (PlainClient client = new PlainClient(host)) {
            client.send("GET /" + (where == 1 ? "x".repeat(20_000) : " HTTP/1.1\r\nX: " + "x".repeat(20_000)));
            assertThat(client.isClosed()).isTrue();
        }
        awaitUntil("it is counted", () -> host.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSaysNothingIsGivenUp(boolean afterHttp) throws IOException {
        Host host = hosts.start(HostConfig.defaults().withHandshakeTimeout(Duration.ofMillis(500)));
        try (PlainClient client = new PlainClient(host)) {
            if (afterHttp) {
                client.upgrade();
            }
            assertThat(client.isClosed()).isTrue();
        }
        awaitUntil("it is counted", () -> host.counters().get(Event.HANDSHAKE_TIMED_OUT) == 1);
    }

    @Test
    void pingsAreAnsweredAndFragmentsAreOneStreamOfBytes() throws IOException {
        Host host = hosts.start();
        try (PlainClient client = new PlainClient(host)) {
            client.upgrade();
            byte[] header = HEX.parseHex(MULTISTREAM);
            client.frame(0x02, new byte[] {header[0]}); // binary, more to come
            client.frame(0x89, "are you there".getBytes(StandardCharsets.US_ASCII)); // a ping in the midst is permitted
            client.frame(0x80, Arrays.copyOfRange(header, 1, header.length)); // the rest
            assertThat(client.readFrame())
                    .isEqualTo("8a0d" + HEX.formatHex("are you there".getBytes(StandardCharsets.US_ASCII)));
            assertThat(client.readFrame()).isEqualTo("8214" + MULTISTREAM);
        }
    }

    @Test
    void aCloseFrameIsAnsweredAndEndsTheConnection() throws IOException {
        Host host = hosts.start();
        try (PlainClient client = new PlainClient(host)) {
            client.upgrade();
            client.frame(0x88, HEX.parseHex("03e8"));
            assertThat(client.readFrame()).as("bye").isEqualTo("880503e8427965");
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(host.connections()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "8183000000006c6962, 03eb", // text
        "8203010203, 03ea", // not masked
        "82ffffffffffffffffff00000000, 03ea", // of a negative length
        "89fe800100000000, 03ea", // a ping of more than 125 bytes
        "c28000000000, 03ea", // a bit of an extension that nobody asked for
        "808000000000, 03ea", // goes on with what never began
    })
    void framesThatBreakTheRulesEndTheConnectionWithTheirCode(String frame, String code) throws IOException {
        Host host = hosts.start();
        try (PlainClient client = new PlainClient(host)) {
            client.upgrade();
            client.send(HEX.parseHex(frame));
            assertThat(client.readFrame()).startsWith("88").contains(code);
            assertThat(client.isClosed()).isTrue();
        }
        awaitUntil("it is counted", () -> host.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 1);
        assertStillServes(host, hosts.start());
    }

    @Test
    void randomBytesAtEveryStageAreSurvived() throws IOException {
        Host host = hosts.start();
        Random random = new Random(8);
        for (int i = 0; i < 30; i++) {
            byte[] junk = new byte[1 + random.nextInt(300)];
            random.nextBytes(junk);
            try (PlainClient client = new PlainClient(host)) {
                if (i % 3 == 0) {
                    client.send("GET / HTTP/1.1\r\n");
                } else if (i % 3 == 1) {
                    client.upgrade();
                }
                client.send(junk);
                client.end();
                assertThat(client.isClosed()).isTrue();
            }
        }
        awaitUntil("all are counted", () -> host.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 30);
        assertStillServes(host, hosts.start());
    }

    @Test
    void whoGrantsNoWebSocketIsToldInWords() throws Exception {
        Host host = hosts.start();
        try (OneAnswer server = new OneAnswer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) {
            assertThatThrownBy(() -> await(host.connect(PrivateKey.generate().peerId(), List.of(server.address()))))
                    .hasMessageContaining("the server grants no WebSocket: it answered 403 Forbidden");
            assertThat(server.request())
                    .startsWith("GET / HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: 127.0.0.1:" + server.port() + "\r\n")
                    .containsIgnoringCase("\r\nsec-websocket-version: 13\r\n");
        }
        String wrongKey = String.join(
                "\r\n",
                "HTTP/1.1 101 Switching Protocols",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "",
                "");
        try (OneAnswer server = new OneAnswer(wrongKey)) {
            assertThatThrownBy(() -> await(host.connect(PrivateKey.generate().peerId(), List.of(server.address()))))
                    .hasMessageContaining("the server grants no WebSocket: Invalid challenge");
        }
    }

    /** A host that dials, and trusts the certificate of {@code front} beside no other. */
    private static Host trusting(TlsFront front) throws SSLException {
        SslContext tls =
                SslContextBuilder.forClient().trustManager(front.certificate()).build();
        return Host.builder(PrivateKey.generate())
                .transport((host, upgrader) -> new WebSocketTransport(upgrader, tls))
                .service(new Ping())
                .build();
    }

    @Test
    void aServerWithACertificateInItsNameIsDialled(@TempDir Path directory) throws Exception {
        Host behind = hosts.start();
        InetSocketAddress socket = WebSocketAddress.plain(
                        behind.listenAddresses().get(0))
                .orElseThrow()
                .socket();
        try (TlsFront front = new TlsFront(directory, socket);
                Host client = trusting(front)) {
            String place = "/ip4/127.0.0.1/tcp/" + front.port();
            for (String way : List.of("/wss", "/tls/ws", "/tls/sni/localhost/ws")) {
                Connection connection = await(client.connect(behind.peerId(), List.of(Multiaddr.parse(place + way))));
                assertThat(await(Ping.ping(client, behind.peerId(), Duration.ofSeconds(5))))
                        .isPositive();
                assertThat(connection.remoteAddress()).isEqualTo(Multiaddr.parse(place + way));
                await(connection.close());
            }
            assertThatThrownBy(() -> await(client.connect(
                            behind.peerId(), List.of(Multiaddr.parse(place + "/tls/sni/example.org/ws")))))
                    .hasMessageContaining("example.org");
            Host strict = hosts.start(); // it trusts what the system does
            assertThatThrownBy(
                            () -> await(strict.connect(behind.peerId(), List.of(Multiaddr.parse(place + "/tls/ws")))))
                    .hasMessageContaining("no TLS with the server: ")
                    .hasMessageContaining("certificat");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\"b", "x%zz", "a_b", "-a", "a..b", "1.2.3", "a:b", "a@b", "[::1", "ä"})
    void whatIsNoHostNameIsNotDialled(String name) {
        Host peer = hosts.start();
        Multiaddr address = Multiaddr.parse(WebSocketAddress.plain(
                                peer.listenAddresses().get(0))
                        .map(place -> "/ip4/127.0.0.1/tcp/" + place.socket().getPort())
                        .orElseThrow()
                + "/tls/sni/" + name + "/ws");
        assertThatThrownBy(() -> await(hosts.start().connect(peer.peerId(), List.of(address))))
                .hasMessageContaining("no transport takes this address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "a.example", "xn--bcher-kva.example.", "A-1.b2", "127.0.0.1", "::1"})
    void hostNamesAndIpAddressesAre(String name) {
        assertThat(WebSocketAddress.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1/tls/sni/" + name + "/ws")))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "/dns/a.example/tcp/443/wss, /dns/a.example/tcp/443/tls/sni/a.example/ws",
        "/dns4/a.example/tcp/443/tls/ws, /dns4/a.example/tcp/443/tls/sni/a.example/ws",
        "/dns4/a.example/tcp/443/tls/sni/b.example/ws, /dns4/a.example/tcp/443/tls/sni/b.example/ws",
        "/dns/a.example/tcp/80/ws, /dns/a.example/tcp/80/ws",
        "/dns/a.example/tcp/443, /dns/a.example/tcp/443",
    })
    void theNameOutlivesItsLookUp(String address, String kept) {
        PeerId peer = PrivateKey.generate().peerId();
        assertThat(WebSocketAddress.keepName(Multiaddr.parse(address))).isEqualTo(Multiaddr.parse(kept));
        assertThat(WebSocketAddress.keepName(Multiaddr.parse(address).withPeerId(peer)))
                .isEqualTo(Multiaddr.parse(kept).withPeerId(peer));
    }
}
