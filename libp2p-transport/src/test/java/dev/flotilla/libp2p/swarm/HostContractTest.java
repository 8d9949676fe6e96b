package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.DialException;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.ping.PingSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What two hosts promise, over real sockets, whatever carries and secures their connections. */
@ParameterizedClass
@MethodSource("dev.flotilla.libp2p.Way#all")
@ExtendWith(NoLeaks.class)
class HostContractTest {
    private static final Duration SECONDS_5 = Duration.ofSeconds(5);

    @Parameter
    private Way way = Way.DEFAULT;

    private Hosts hosts = new Hosts();

    @BeforeEach
    void chooseTheWay() {
        hosts = new Hosts(way);
    }

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
        HostConfig patient = HostConfig.defaults().withNegotiationTimeout(Duration.ofMinutes(1));
        Host a = hosts.start(patient);
        Host b = hosts.start(patient);
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
        way.kill(((SwarmConnection) connection).channel());
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
    void aRestartOnTheSamePortWorks() {
        PrivateKey identity = PrivateKey.generate();
        Host client = hosts.start();
        Host first = hosts.start(identity, HostConfig.defaults(), way.listen());
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
    void identifyCanBeAskedAgain() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection connection = connect(a, b);
        awaitUntil("identified", () -> connection.peerInfo().isPresent());
        b.handle(new ProtocolId("/new/1.0.0"), Stream::reset);
        assertThat(await(Identify.identify(a, connection)).protocols()).contains("/new/1.0.0");
    }

    @Test
    void saysWhatWasAgreedOn() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection outbound = connect(a, b);
        awaitUntil("b knows the connection", () -> !b.connections().isEmpty());
        Connection inbound = b.connections().get(0);
        assertThat(outbound.state()).isEqualTo(way.expected());
        assertThat(inbound.state()).isEqualTo(way.expected());
        assertThat(outbound.remotePublicKey()).isEqualTo(b.identity().publicKey());
        assertThat(inbound.remotePublicKey()).isEqualTo(a.identity().publicKey());
        assertThat(outbound.isLimited()).isFalse();
    }

    @Test
    void theSideThatWasDialledOpensStreamsToo() {
        Host a = hosts.start();
        Host b = hosts.start();
        connect(a, b);
        awaitUntil("b knows the connection", () -> !b.connections().isEmpty());
        byte[] data = bytes(1 << 20);
        Stream stream = await(b.newStream(a.peerId(), Echo.PROTOCOL));
        assertThat(stream.direction()).isEqualTo(Direction.OUTBOUND);
        stream.write(data);
        stream.finish();
        assertThat(await(stream.readToEnd(data.length))).isEqualTo(data);
        await(stream.closed());
    }

    @Test
    void oneSideMayEndItsOutputLongBeforeTheOther() {
        Host a = hosts.start();
        Host b = hosts.start();
        CompletableFuture<Stream> inbound = new CompletableFuture<>();
        ProtocolId protocol = new ProtocolId("/late/1.0.0");
        b.handle(protocol, inbound::complete);
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), protocol));
        stream.finish();
        Stream answering = await(inbound);
        assertThat(await(answering.readToEnd(0))).isEmpty();
        assertThat(answering.isOpen()).isTrue();
        await(answering.write(bytes(100)));
        answering.finish();
        assertThat(await(stream.readToEnd(100))).isEqualTo(bytes(100));
        await(stream.closed());
        await(answering.closed());
    }

    @Test
    void aResetInTheMidstFailsBothSidesAndNoOtherStream() {
        Host a = hosts.start();
        Host b = hosts.start();
        CompletableFuture<Stream> inbound = new CompletableFuture<>();
        ProtocolId protocol = new ProtocolId("/silent/1.0.0");
        b.handle(protocol, inbound::complete);
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), protocol));
        stream.write(bytes(8 << 20)); // more than any window
        Stream reading = await(inbound);
        ByteBuf first = await(reading.read());
        assertThat(first).isNotNull();
        first.release();
        reading.reset();
        await(reading.closed());
        await(stream.closed());
        assertThatThrownBy(() -> await(stream.read())).hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> await(stream.write(bytes(1)))).hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> await(reading.read())).hasRootCauseInstanceOf(IOException.class);
        assertThat(await(Ping.ping(a, b.peerId(), SECONDS_5))).isPositive();
    }

    @Test
    void carriesManyStreamsOneAfterAnother() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection connection = connect(a, b);
        for (int i = 0; i < 1000; i++) {
            byte[] data = bytes(i % 100);
            Stream stream = await(a.newStream(b.peerId(), Echo.PROTOCOL));
            stream.write(data);
            stream.finish();
            assertThat(await(stream.readToEnd(100))).isEqualTo(data);
        }
        assertThat(a.connections()).containsExactly(connection);
    }

    /** QUIC closes the channel as soon as both ends are there, whatever is still to be read; yamux once all was read. */
    private static void awaitEndOf(Stream stream) {
        if (stream.channel() instanceof QuicStreamChannel) {
            await(stream.closed());
        }
    }

    private static Stream openToOneThatSays(byte[] all, Host from, Host to) {
        ProtocolId protocol = new ProtocolId("/says/1.0.0");
        to.handle(protocol, stream -> {
            stream.write(all);
            stream.finish();
        });
        connect(from, to);
        return await(from.newStream(to.peerId(), protocol));
    }

    @Test
    void whatCameBeforeTheEndIsReadHoweverLate() {
        Host a = hosts.start();
        Host b = hosts.start();
        Stream first = openToOneThatSays(bytes(100), a, b);
        for (int i = 0; i < 20; i++) {
            Stream stream = i == 0 ? first : await(a.newStream(b.peerId(), first.protocolId()));
            if (i % 2 == 0) {
                stream.finish();
                assertThat(await(stream.readToEnd(100))).isEqualTo(bytes(100));
                continue;
            }
            ByteBuf piece = await(stream.read());
            assertThat(piece).isNotNull();
            stream.finish();
            awaitEndOf(stream);
            stream.unread(piece);
            assertThat(await(stream.readToEnd(100))).as("what was put back").isEqualTo(bytes(100));
            assertThat(await(stream.read())).as("the end stays").isNull();
        }
    }

    @Test
    void handlersThatComeLateSeeAllAndTheEnd() {
        Host a = hosts.start();
        Host b = hosts.start();
        Stream stream = openToOneThatSays(bytes(100), a, b);
        ByteBuf piece = await(stream.read());
        assertThat(piece).isNotNull();
        stream.finish();
        awaitEndOf(stream);
        stream.unread(piece);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        CompletableFuture<Void> inactive = new CompletableFuture<>();
        CompletableFuture<Void> removed = new CompletableFuture<>();
        stream.channel()
                .eventLoop()
                .execute(() -> stream.handOver(true, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        seen.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
                        ReferenceCountUtil.release(message);
                    }

                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        if (event instanceof ChannelInputShutdownEvent) {
                            ended.complete(null);
                        }
                    }

                    @Override
                    public void channelInactive(ChannelHandlerContext ctx) {
                        inactive.complete(null);
                    }

                    @Override
                    public void handlerRemoved(ChannelHandlerContext ctx) {
                        removed.complete(null);
                    }
                }));
        await(ended);
        assertThat(seen.toByteArray()).isEqualTo(bytes(100));
        await(inactive);
        await(removed);
    }

    @Test
    void aReadThatIsOutstandingFailsWhenHandlersTakeOver() {
        Host a = hosts.start();
        Host b = hosts.start();
        b.handle(new ProtocolId("/silent/1.0.0"), stream -> {});
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), new ProtocolId("/silent/1.0.0")));
        CompletableFuture<?> read = stream.read();
        stream.channel().eventLoop().execute(() -> stream.handOver(true, new ChannelInboundHandlerAdapter()));
        assertThatThrownBy(() -> await(read)).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReadThatWasGivenUpLosesNothing() {
        Host a = hosts.start();
        Host b = hosts.start();
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), Echo.PROTOCOL));
        assertThat(stream.read().cancel(false)).isTrue();
        stream.write(bytes(100));
        stream.finish();
        assertThat(await(stream.readToEnd(100))).isEqualTo(bytes(100));
    }

    @Test
    void readingToTheEndMayBeGivenUpAtAnyTime() {
        Host a = hosts.start();
        Host b = hosts.start();
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), Echo.PROTOCOL));
        assertThat(stream.readToEnd(1000).cancel(false)).isTrue();
        stream.write(bytes(100));
        await(stream.closed()); // reset by what came, and that was released
        assertThatThrownBy(() -> await(stream.read())).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void aResetSaysWhy() {
        Host a = hosts.start();
        Host b = hosts.start();
        ProtocolId protocol = new ProtocolId("/refused/1.0.0");
        b.handle(protocol, stream -> stream.read().thenAccept(bytes -> {
            bytes.release();
            stream.reset(ErrorCode.RATE_LIMITED);
        }));
        connect(a, b);
        Stream stream = await(a.newStream(b.peerId(), protocol));
        await(stream.write(new byte[1]));
        assertThatThrownBy(() -> await(stream.read()))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("reset by the peer: rate limited (0x1003)");
    }

    @Test
    void onlyThePeerThatIsExpectedIsTaken() {
        Host a = hosts.start();
        Host b = hosts.start();
        Host other = hosts.start();
        assertThatThrownBy(() -> await(a.connect(other.peerId(), b.listenAddresses())))
                .hasRootCauseInstanceOf(DialException.class)
                .hasMessageContaining(b.listenAddresses().get(0).toString())
                .hasMessageContaining(b.peerId().toString());
        assertThat(a.connections()).isEmpty();
        awaitUntil("b has none, either", () -> b.connections().isEmpty());
    }
}
