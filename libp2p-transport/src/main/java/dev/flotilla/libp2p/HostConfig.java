package dev.flotilla.libp2p;

import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.yamux.YamuxConfig;
import java.time.Duration;

/**
 * The bounds of a host.
 *
 * @param limits how much of the host others may have, over all connections
 * @param handshakeTimeout from the TCP connection to the multiplexer, either direction
 * @param dialTimeout one {@code connect} with all its addresses
 * @param addressTimeout the TCP connection to one address
 * @param negotiationTimeout agreeing on a stream's protocol, either direction
 * @param duplicateGrace how long a second connection to the same peer is kept, at least, though it has no streams
 * @param eventLoops threads
 * @param yamux the bounds of each connection
 */
public record HostConfig(
        ResourceLimits limits,
        Duration handshakeTimeout,
        Duration dialTimeout,
        Duration addressTimeout,
        Duration negotiationTimeout,
        Duration duplicateGrace,
        int eventLoops,
        YamuxConfig yamux) {
    private static final HostConfig DEFAULTS = new HostConfig(
            ResourceLimits.defaults(),
            Duration.ofSeconds(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            2,
            YamuxConfig.defaults());

    public HostConfig {
        requirePositive("handshakeTimeout", handshakeTimeout.toNanos());
        requirePositive("dialTimeout", dialTimeout.toNanos());
        requirePositive("addressTimeout", addressTimeout.toMillis());
        requirePositive("negotiationTimeout", negotiationTimeout.toNanos());
        requirePositive("duplicateGrace", duplicateGrace.toNanos());
        requirePositive("eventLoops", eventLoops);
    }

    public static HostConfig defaults() {
        return DEFAULTS;
    }

    public HostConfig withLimits(ResourceLimits resourceLimits) {
        return new HostConfig(
                resourceLimits,
                handshakeTimeout,
                dialTimeout,
                addressTimeout,
                negotiationTimeout,
                duplicateGrace,
                eventLoops,
                yamux);
    }

    public HostConfig withHandshakeTimeout(Duration timeout) {
        return new HostConfig(
                limits, timeout, dialTimeout, addressTimeout, negotiationTimeout, duplicateGrace, eventLoops, yamux);
    }

    public HostConfig withDialTimeouts(Duration whole, Duration address) {
        return new HostConfig(
                limits, handshakeTimeout, whole, address, negotiationTimeout, duplicateGrace, eventLoops, yamux);
    }

    public HostConfig withNegotiationTimeout(Duration timeout) {
        return new HostConfig(
                limits, handshakeTimeout, dialTimeout, addressTimeout, timeout, duplicateGrace, eventLoops, yamux);
    }

    public HostConfig withDuplicateGrace(Duration grace) {
        return new HostConfig(
                limits, handshakeTimeout, dialTimeout, addressTimeout, negotiationTimeout, grace, eventLoops, yamux);
    }

    public HostConfig withEventLoops(int loops) {
        return new HostConfig(
                limits,
                handshakeTimeout,
                dialTimeout,
                addressTimeout,
                negotiationTimeout,
                duplicateGrace,
                loops,
                yamux);
    }

    public HostConfig withYamux(YamuxConfig config) {
        return new HostConfig(
                limits,
                handshakeTimeout,
                dialTimeout,
                addressTimeout,
                negotiationTimeout,
                duplicateGrace,
                eventLoops,
                config);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
