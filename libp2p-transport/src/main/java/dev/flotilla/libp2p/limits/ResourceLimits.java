package dev.flotilla.libp2p.limits;

import java.util.Map;

/**
 * All limits of a host over all its connections.
 *
 * @param receivedBytesMax bytes of all streams that came and that nothing has read; beyond it, the connection that holds
 *     most of them is closed. Those of QUIC wait in its library, bounded for each connection alone
 */
public record ResourceLimits(
        ConnectionLimits connections, HandshakeLimits handshakes, StreamLimits streams, long receivedBytesMax) {
    private static final long MIB = 1 << 20;
    private static final int CONNECTIONS_MIN = 256;
    private static final int CONNECTIONS_LIMIT = 8192;
    private static final int STREAMS_PER_CONNECTION = 8; // on average: most have none, few have hundreds
    private static final long RECEIVED_BYTES_MIN = 32 * MIB;

    public ResourceLimits {
        if (receivedBytesMax < 1) {
            throw new IllegalArgumentException("receivedBytesMax must be positive: " + receivedBytesMax);
        }
    }

    /** For the heap that this process may have. */
    public static ResourceLimits defaults() {
        return forHeap(Runtime.getRuntime().maxMemory());
    }

    /** A connection for each MiB of heap, 256 at least and 8,192 at most, and a quarter of the heap for what is unread. */
    public static ResourceLimits forHeap(long heapBytes) {
        int connections = (int) Math.max(CONNECTIONS_MIN, Math.min(CONNECTIONS_LIMIT, heapBytes / MIB));
        int streams = connections * STREAMS_PER_CONNECTION;
        return new ResourceLimits(
                ConnectionLimits.of(new Limit(connections * 3 / 4, connections * 3 / 4, connections)),
                HandshakeLimits.defaults(),
                new StreamLimits(
                        Limit.of(streams, streams),
                        Limit.of(1024, 2048),
                        Limit.of(streams / 2, streams),
                        Limit.of(512, 1024),
                        ofServices()),
                Math.max(RECEIVED_BYTES_MIN, heapBytes / 4));
    }

    /** What costs more than it is worth to have often. */
    private static Map<String, Limit> ofServices() {
        Limit few = Limit.of(4, 16);
        return Map.of(
                "/ipfs/ping/1.0.0",
                few,
                "/ipfs/id/1.0.0",
                Limit.of(16, 16),
                "/ipfs/id/push/1.0.0",
                few,
                "/perf/1.0.0",
                Limit.of(32, 64));
    }

    public ResourceLimits withConnections(ConnectionLimits limits) {
        return new ResourceLimits(limits, handshakes, streams, receivedBytesMax);
    }

    public ResourceLimits withHandshakes(HandshakeLimits limits) {
        return new ResourceLimits(connections, limits, streams, receivedBytesMax);
    }

    public ResourceLimits withStreams(StreamLimits limits) {
        return new ResourceLimits(connections, handshakes, limits, receivedBytesMax);
    }

    public ResourceLimits withReceivedBytesMax(long max) {
        return new ResourceLimits(connections, handshakes, streams, max);
    }
}
