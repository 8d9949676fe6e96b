package dev.flotilla.libp2p.ping;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.StreamOptions;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The ping protocol of one host: attached to it, it answers; its methods ask. */
public final class Ping implements HostService {
    public static final ProtocolId PROTOCOL = new ProtocolId("/ipfs/ping/1.0.0");

    private static final StreamOptions LIMITED_TOO = StreamOptions.defaults().withLimitedAllowed();

    @Override
    public void attach(Host host) {
        host.handle(PROTOCOL, stream -> stream.handOver(true, new PingResponder(stream)), LIMITED_TOO);
    }

    /** Opens the stream for any number of pings; keep at most one open for each peer. */
    public static CompletableFuture<PingSession> open(Connection connection) {
        return connection.newStream(PROTOCOL, LIMITED_TOO).thenApply(PingSession::new);
    }

    /**
     * One round trip to a peer that {@code host} is connected to. Fails with an {@link IOException} if there is no
     * connection, no answer within {@code timeout}, or a wrong one.
     */
    public static CompletableFuture<Duration> ping(Host host, PeerId peer, Duration timeout) {
        List<Connection> connections = host.connections(peer);
        if (connections.isEmpty()) {
            return CompletableFuture.failedFuture(new IOException("not connected to " + peer));
        }
        return open(connections.get(0))
                .thenCompose(session -> session.ping(timeout).whenComplete((done, failure) -> session.close()));
    }
}
