package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.ping.PingSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A js-libp2p peer and ours over Noise and yamux, whoever dials. */
class JsPeerTest {
    private static final int MIB_8 = 8 << 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static Path directory = Path.of(".");

    private final Hosts hosts = new Hosts();
    private final Host host = hosts.start();
    private @Nullable JsPeer started;

    @BeforeAll
    static void install() throws Exception {
        directory = NodeInstallation.prepare();
    }

    @BeforeEach
    void start() throws Exception {
        started = new JsPeer(directory);
    }

    @AfterEach
    void stop() throws Exception {
        js().close();
        hosts.close();
    }

    private JsPeer js() {
        return Objects.requireNonNull(started);
    }

    private Multiaddr ourAddress() {
        return host.listenAddresses().get(0).withPeerId(host.peerId());
    }

    @Test
    void pingsAndIdentifiesJs() {
        Connection connection = Hosts.await(host.connect(js().address()));
        assertThat(Hosts.await(Ping.ping(host, connection.remotePeerId(), TIMEOUT)))
                .isPositive();
        try (PingSession session = Hosts.await(Ping.open(connection))) {
            assertThat(Hosts.await(session.ping(TIMEOUT))).isPositive();
            assertThat(Hosts.await(session.ping(TIMEOUT))).isPositive();
        }
        Hosts.awaitUntil("js identified", () -> connection.peerInfo().isPresent());
        PeerInfo info = connection.peerInfo().orElseThrow();
        assertThat(info.agentVersion()).startsWith("js-libp2p/");
        assertThat(info.protocols()).contains("/ipfs/ping/1.0.0", "/echo/1.0.0");
        assertThat(info.listenAddresses()).containsExactly(js().address().withoutPeerId());
        assertThat(info.observedAddress()).isEqualTo(connection.localAddress());
    }

    @Test
    void isPingedAndIdentifiedByJs() throws Exception {
        assertThat(js().run("ping", ourAddress(), 0).get("millis").asInt()).isNotNegative();
        assertThat(js().run("ping", ourAddress(), 0).get("millis").asInt()).isNotNegative();
        JsonNode identity = js().run("identify", ourAddress(), 0);
        assertThat(identity.get("peerId").asText()).isEqualTo(host.peerId().toString());
        assertThat(identity.get("agentVersion").asText()).isEqualTo("flotilla/test");
        assertThat(identity.get("protocols").toString()).contains("/ipfs/ping/1.0.0", "/echo/1.0.0");
        assertThat(identity.get("listenAddrs").get(0).asText())
                .isEqualTo(host.listenAddresses().get(0).toString());
        Hosts.awaitUntil("js identified", () -> host.connections().stream()
                .anyMatch(connection -> connection.peerInfo().isPresent()));
    }

    @Test
    void jsEchoes8MiB() {
        Connection connection = Hosts.await(host.connect(js().address()));
        Stream stream = Hosts.await(connection.newStream(Echo.PROTOCOL));
        byte[] data = new byte[MIB_8];
        new Random(8).nextBytes(data);
        CompletableFuture<byte[]> echoed = stream.readToEnd(MIB_8);
        for (int at = 0; at < MIB_8; at += 65536) {
            Hosts.await(stream.write(Arrays.copyOfRange(data, at, at + 65536)));
        }
        stream.finish();
        assertThat(Hosts.await(echoed)).isEqualTo(data);
    }

    @Test
    void echoes8MiBForJs() throws Exception {
        JsonNode result = js().run("echo", ourAddress(), MIB_8);
        assertThat(result.get("bytes").asInt()).isEqualTo(MIB_8);
        assertThat(result.get("equal").asBoolean()).isTrue();
    }
}
