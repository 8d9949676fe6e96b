package dev.flotilla.libp2p;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.ping.PingSession;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two hosts over real sockets. */
@ExtendWith(NoLeaks.class)
class HostTest {
    private static final Duration SECONDS_5 = Duration.ofSeconds(5);

    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void pingsBothWays() {
        Host a = hosts.start();
        Host b = hosts.start();
        connect(a, b);
        assertThat(await(Ping.ping(a, b.peerId(), SECONDS_5))).isPositive();
        awaitUntil("b knows the connection", () -> !b.connections().isEmpty());
        assertThat(await(Ping.ping(b, a.peerId(), SECONDS_5))).isPositive();
        try (PingSession session = await(Ping.open(a.connections().get(0)))) {
            for (int i = 0; i < 10; i++) {
                assertThat(await(session.ping(SECONDS_5))).isPositive();
            }
        }
        assertThat(await(Ping.ping(a, b.peerId(), SECONDS_5)))
                .as("again on a new stream")
                .isPositive();
    }

    @Test
    void identifiesBothWays() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection outbound = connect(a, b);
        awaitUntil("b knows the connection", () -> !b.connections().isEmpty());
        Connection inbound = b.connections().get(0);
        awaitUntil(
                "both know the other",
                () -> outbound.peerInfo().isPresent() && inbound.peerInfo().isPresent());

        PeerInfo info = outbound.peerInfo().orElseThrow();
        assertThat(info.agentVersion()).isEqualTo("flotilla/test");
        assertThat(info.listenAddresses()).isEqualTo(b.listenAddresses());
        assertThat(info.protocols()).contains("/ipfs/id/1.0.0", "/ipfs/ping/1.0.0", "/echo/1.0.0");
        assertThat(info.observedAddress()).isEqualTo(outbound.localAddress());
        assertThat(inbound.peerInfo().orElseThrow().listenAddresses()).isEqualTo(a.listenAddresses());
        assertThat(inbound.remotePeerId()).isEqualTo(a.peerId());
        assertThat(inbound.direction()).isEqualTo(Direction.INBOUND);
    }

    @Test
    void echoes8MiB() {
        Host a = hosts.start();
        Host b = hosts.start();
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), Echo.PROTOCOL));
        byte[] data = bytes(8 << 20);
        CompletableFuture<byte[]> echoed = stream.readToEnd(data.length);
        for (int at = 0; at < data.length; at += 65536) {
            await(stream.write(Arrays.copyOfRange(data, at, at + 65536)));
        }
        stream.finish();
        assertThat(await(echoed)).isEqualTo(data);
        await(stream.closed());
    }

    @Test
    void aSlowReaderStopsTheWriterAndLosesNothing() {
        Host a = hosts.start();
        Host b = hosts.start();
        byte[] data = bytes(8 << 20);
        CompletableFuture<Stream> writing = new CompletableFuture<>();
        b.handle(new ProtocolId("/source/1.0.0"), stream -> {
            stream.write(data);
            stream.finish();
            writing.complete(stream);
        });
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), new ProtocolId("/source/1.0.0")));
        stream.finish(); // the answer is larger than any window and comes after our end
        assertThat(await(writing).channel().isWritable()).isFalse();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        for (ByteBuf piece = await(stream.read()); piece != null; piece = await(stream.read())) {
            byte[] copy = new byte[piece.readableBytes()];
            piece.readBytes(copy);
            piece.release();
            received.writeBytes(copy);
            if (received.size() < 100_000) {
                assertThat(await(writing).isOpen()).as("the writer waits").isTrue();
            }
        }
        assertThat(received.toByteArray()).isEqualTo(data);
    }

    @Test
    void carriesManyStreamsAtOnce() {
        Host a = hosts.start();
        Host b = hosts.start();
        connect(a, b);
        List<CompletableFuture<byte[]>> echoes = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            byte[] data = bytes(1000 + i);
            echoes.add(a.newStream(b.peerId(), Echo.PROTOCOL).thenCompose(stream -> {
                stream.write(data);
                stream.finish();
                return stream.readToEnd(data.length);
            }));
        }
        for (int i = 0; i < 600; i++) {
            assertThat(await(echoes.get(i))).isEqualTo(bytes(1000 + i));
        }
        assertThat(a.connections()).hasSize(1);
    }

    @Test
    void killingAConnectionFailsWhatIsUnderWay() {
        Host a = hosts.start();
        Host b = hosts.start();
        ConcurrentLinkedQueue<Boolean> closedByPeer = new ConcurrentLinkedQueue<>();
        b.addListener(new ConnectionListener() {
            @Override
            public void closed(Connection connection, boolean byPeer) {
                closedByPeer.add(byPeer);
            }
        });
        Connection connection = connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), Echo.PROTOCOL));
        CompletableFuture<Void> written = stream.write(bytes(8 << 20)); // the echo is not read: it cannot finish
        connection.channel().pipeline().firstContext().close(); // no goodbye
        assertThatThrownBy(() -> await(written)).hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> await(stream.read())).hasRootCauseInstanceOf(IOException.class);
        awaitUntil("b has seen it", () -> !closedByPeer.isEmpty());
        assertThat(closedByPeer).containsExactly(true);
        assertThat(b.connections()).isEmpty();
        assertThat(a.connections()).isEmpty();
    }

    @Test
    void aProtocolThatIsNotSpokenIsRefused() {
        Host a = hosts.start();
        Host b = hosts.start();
        connect(a, b);
        assertThatThrownBy(() -> await(a.newStream(b.peerId(), new ProtocolId("/nobody/1.0.0"))))
                .hasMessageContaining("/nobody/1.0.0");
        assertThat(await(Ping.ping(a, b.peerId(), SECONDS_5))).isPositive();
    }

    @Test
    void oneDialForAllWhoAsk() {
        Host a = hosts.start();
        Host b = hosts.start();
        List<CompletableFuture<Connection>> dials = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            dials.add(a.connect(b.peerId(), b.listenAddresses()));
        }
        Connection first = await(dials.get(0));
        dials.forEach(dial -> assertThat(await(dial)).isSameAs(first));
        assertThat(b.counters().get(Event.ACCEPTED)).isEqualTo(1);
    }

    @Test
    void saysForEachAddressWhatWentWrong() {
        Host a = hosts.start();
        Host b = hosts.start();
        List<Multiaddr> addresses = List.of(
                Multiaddr.parse("/ip4/127.0.0.1/tcp/1"),
                Multiaddr.parse("/ip4/127.0.0.1/udp/1/quic-v1"),
                b.listenAddresses().get(0));
        Host other = hosts.start();
        assertThatThrownBy(() -> await(a.connect(other.peerId(), addresses)))
                .hasRootCauseInstanceOf(DialException.class)
                .hasMessageContaining("/ip4/127.0.0.1/tcp/1: refused")
                .hasMessageContaining("/quic-v1: not a TCP address")
                .hasMessageContaining(b.listenAddresses().get(0) + ": ")
                .hasMessageContaining(b.peerId().toString());
        assertThat(a.connections()).isEmpty();
    }

    @Test
    void triesFurtherAddressesAndNames() {
        Host a = hosts.start();
        Host b = hosts.start();
        int port = b.listenAddresses().get(0).tcpSocketAddress().orElseThrow().getPort();
        List<Multiaddr> addresses =
                List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1"), Multiaddr.parse("/dns4/localhost/tcp/" + port));
        assertThat(await(a.connect(b.peerId(), addresses)).remotePeerId()).isEqualTo(b.peerId());
    }

    @Test
    void passesOverAddressesOfOtherTransports() {
        Host a = hosts.start();
        Host b = hosts.start();
        List<Multiaddr> addresses = List.of(
                Multiaddr.parse("/ip4/127.0.0.1/udp/1/quic-v1"),
                b.listenAddresses().get(0));
        assertThat(await(a.connect(b.peerId(), addresses)).remotePeerId()).isEqualTo(b.peerId());
    }

    @Test
    void doesNotTalkToItself() {
        Host a = hosts.start();
        assertThatThrownBy(() -> connect(a, a)).hasMessageContaining("it is this peer");
    }

    @Test
    void aRestartOnTheSamePortWorks() {
        PrivateKey identity = PrivateKey.generate();
        Host client = hosts.start();
        Host first = hosts.start(identity, HostConfig.defaults(), Multiaddr.parse("/ip4/127.0.0.1/tcp/0"));
        Multiaddr address = first.listenAddresses().get(0);
        connect(client, first);
        first.close();
        awaitUntil("the client has seen it", () -> client.connections().isEmpty());
        Host second = hosts.start(identity, HostConfig.defaults(), address);
        assertThat(second.listenAddresses()).containsExactly(address);
        connect(client, second);
        assertThat(await(Ping.ping(client, second.peerId(), SECONDS_5))).isPositive();
    }

    @Test
    void closeCompletesEverything() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection connection = connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), Echo.PROTOCOL));
        CompletableFuture<?> read = stream.read();
        CompletableFuture<Connection> dial = a.connect(PrivateKey.generate().peerId(), b.listenAddresses());
        a.close();
        assertThatThrownBy(() -> await(read)).isNotNull();
        assertThatThrownBy(() -> await(dial)).isNotNull();
        await(connection.closed());
        assertThatThrownBy(() -> connect(a, b)).hasMessageContaining("closed");
        awaitUntil("b has seen it", () -> b.connections().isEmpty());
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        Host a = hosts.start();
        assertThatThrownBy(() -> hosts.start(
                        PrivateKey.generate(),
                        HostConfig.defaults(),
                        a.listenAddresses().get(0)))
                .hasMessageContaining("cannot listen on " + a.listenAddresses().get(0));
    }

    @Test
    void identifyCanBeAskedAgain() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection connection = connect(a, b);
        awaitUntil("identified", () -> connection.peerInfo().isPresent());
        b.handle(new ProtocolId("/new/1.0.0"), Stream::reset);
        assertThat(await(Identify.identify(a, connection)).protocols()).contains("/new/1.0.0");
    }
}
