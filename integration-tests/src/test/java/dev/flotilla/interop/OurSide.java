package dev.flotilla.interop;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.ping.PingSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A host of this project. */
final class OurSide implements Side {
    static final String AGENT = "flotilla/test";

    private static final Duration PING_TIMEOUT = Duration.ofSeconds(10);
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int SMALL_BYTES = 64;

    private final Random random = new Random(7);
    private final InteropProtocols protocols = new InteropProtocols();
    private final Host host;

    /** Listens on {@code transport}, and offers {@code security} and nothing else. */
    OurSide(PrivateKey identity, Transport transport, Security security) {
        this(Host.builder(identity).listen(Multiaddr.parse(transport.listen())), security);
    }

    /** What {@code builder} says, with what these tests want. */
    OurSide(HostBuilder builder, Security security) {
        host = builder.agentVersion(AGENT)
                .service(new Ping())
                .service(new Identify())
                .service(protocols)
                .security(security.protocol())
                .build();
        Patience.await(host.start());
    }

    Host host() {
        return host;
    }

    @Override
    public String implementation() {
        return AGENT;
    }

    @Override
    public String peerId() {
        return host.peerId().toString();
    }

    @Override
    public List<Multiaddr> addresses() {
        return host.listenAddresses().stream()
                .map(address -> address.withPeerId(host.peerId()))
                .toList();
    }

    /** The connection to the peer of {@code address}, whoever dialled it, be it limited. */
    Connection connection(Multiaddr address) {
        return host.connections(address.peerId().orElseThrow()).stream()
                .findFirst()
                .orElseGet(() -> Patience.await(host.connect(address)));
    }

    private static CompletableFuture<Stream> open(Connection connection, ProtocolId protocol) {
        return connection.newStream(protocol, InteropProtocols.LIMITED_TOO);
    }

    private Stream open(Multiaddr address, ProtocolId protocol) {
        return Patience.await(open(connection(address), protocol));
    }

    @Override
    public String connect(Multiaddr address) {
        return connection(address).remotePeerId().toString();
    }

    @Override
    public Identity identify(Multiaddr address) {
        Connection connection = connection(address);
        Patience.until("identify has run", () -> connection.peerInfo().isPresent());
        PeerInfo info = connection.peerInfo().orElseThrow();
        Multiaddr observed = info.observedAddress();
        return new Identity(
                connection.remotePeerId().toString(),
                info.agentVersion(),
                info.protocols(),
                info.listenAddresses().stream().map(Multiaddr::toString).toList(),
                observed == null ? null : observed.toString());
    }

    @Override
    public void ping(Multiaddr address) {
        try (PingSession session = Patience.await(Ping.open(connection(address)))) {
            Patience.await(session.ping(PING_TIMEOUT));
            Patience.await(session.ping(PING_TIMEOUT));
        }
    }

    @Override
    public Digests echo(Multiaddr address, int bytes) {
        Stream stream = open(address, InteropProtocols.ECHO);
        Digest received = new Digest();
        CompletableFuture<Void> echoed = received.readAll(stream);
        Digest sent = send(stream, bytes);
        Patience.await(echoed);
        return new Digests(sent.hex(), received.hex(), received.bytes());
    }

    private Digest send(Stream stream, int bytes) {
        Digest sent = new Digest();
        byte[] piece = new byte[PIECE_BYTES];
        for (int left = bytes; left > 0; left -= PIECE_BYTES) {
            random.nextBytes(piece);
            byte[] next = Arrays.copyOf(piece, Math.min(left, PIECE_BYTES));
            sent.add(next);
            Patience.await(stream.write(next));
        }
        stream.finish();
        return sent;
    }

    @Override
    public void streams(Multiaddr address, int count, boolean parallel) {
        Connection connection = connection(address);
        if (!parallel) {
            for (int i = 0; i < count; i++) {
                Patience.await(echoOnce(Patience.await(open(connection, InteropProtocols.ECHO))));
            }
            return;
        }
        List<CompletableFuture<Stream>> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opened.add(open(connection, InteropProtocols.ECHO));
        }
        List<Stream> streams = opened.stream().map(Patience::await).toList();
        List<CompletableFuture<Void>> echoed =
                streams.stream().map(this::echoOnce).toList();
        echoed.forEach(Patience::await);
    }

    private CompletableFuture<Void> echoOnce(Stream stream) {
        byte[] sent = new byte[SMALL_BYTES];
        random.nextBytes(sent);
        CompletableFuture<Void> written = stream.write(sent.clone());
        stream.finish();
        return written.thenCompose(done -> stream.readToEnd(SMALL_BYTES)).thenCompose(received -> {
            stream.close();
            return Arrays.equals(sent, received)
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(new IOException(received.length + " other bytes came back"));
        });
    }

    @Override
    public void reset(Multiaddr address) {
        Stream stream = open(address, InteropProtocols.ECHO);
        Patience.await(stream.write(new byte[PIECE_BYTES]));
        Digest first = new Digest();
        Patience.await(first.readSome(stream));
        stream.reset();
    }

    @Override
    public boolean beReset(Multiaddr address) {
        Connection connection = connection(address);
        Stream stream = Patience.await(open(connection, InteropProtocols.RESET));
        Patience.await(stream.write(new byte[1]));
        boolean failed = Patience.fails(stream.readToEnd(SMALL_BYTES));
        stream.close();
        return failed && connection.isOpen();
    }

    @Override
    public Digests halfClose(Multiaddr address, int bytes) {
        Stream stream = open(address, InteropProtocols.SHA256);
        Digest sent = send(stream, bytes);
        byte[] told = Patience.await(stream.readToEnd(1024));
        stream.close();
        return new Digests(sent.hex(), Digest.hex(told), bytes);
    }

    @Override
    public void disconnect(Multiaddr address) {
        Patience.await(connection(address).close());
    }

    @Override
    public int resets() {
        return protocols.resets();
    }

    @Override
    public void close() {
        host.close();
    }
}
