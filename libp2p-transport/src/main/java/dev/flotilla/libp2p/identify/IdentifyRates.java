package dev.flotilla.libp2p.identify;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.limits.Resource;
import dev.flotilla.libp2p.limits.TokenBucket;
import dev.flotilla.libp2p.muxer.ErrorCode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often a connection's peer may ask who this host is, and tell who it is itself: each time costs more to answer than to
 * send, keys and signatures included. What comes faster is reset. Event loops only; those of one connection are one.
 */
final class IdentifyRates implements ConnectionListener {
    private static final double QUESTIONS_PER_SECOND = 4;
    private static final int QUESTIONS_BURST = 32;
    private static final double PUSHES_PER_SECOND = 1;
    private static final int PUSHES_BURST = 16;

    private final HostCounters counters;
    private final Map<Connection, Rates> byConnection = new ConcurrentHashMap<>(); // keys: open connections

    IdentifyRates(Host host) {
        this.counters = host.counters();
    }

    private record Rates(TokenBucket questions, TokenBucket pushes) {}

    @Override
    public void opened(Connection connection) {
        long now = System.nanoTime();
        byConnection.put(
                connection,
                new Rates(
                        new TokenBucket(QUESTIONS_PER_SECOND, QUESTIONS_BURST, now),
                        new TokenBucket(PUSHES_PER_SECOND, PUSHES_BURST, now)));
    }

    @Override
    public void closed(Connection connection, boolean closedByPeer) {
        byConnection.remove(connection);
    }

    boolean permitsQuestion(Stream stream) {
        Rates rates = byConnection.get(stream.connection());
        return permits(stream, rates != null && rates.questions().take(System.nanoTime()));
    }

    boolean permitsPush(Stream stream) {
        Rates rates = byConnection.get(stream.connection());
        return permits(stream, rates != null && rates.pushes().take(System.nanoTime()));
    }

    private boolean permits(Stream stream, boolean permitted) {
        if (!permitted) {
            counters.countRefusal(Resource.IDENTIFIES_A_SECOND);
            stream.reset(ErrorCode.RATE_LIMITED);
        }
        return permitted;
    }
}
