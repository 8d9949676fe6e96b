package dev.flotilla.libp2p.yamux;

import java.time.Duration;

/**
 * The bounds of one connection.
 *
 * @param inboundStreamsMax streams that the peer may have open; more are reset
 * @param outboundStreamsMax streams that this side has open; more wait (rust-libp2p ends a connection at 512 in total)
 * @param unacknowledgedStreamsMax opened streams that the peer has not acknowledged; more wait
 * @param windowBytesMax the bound that a stream's receive window grows to, from 256 KiB on
 * @param receiveBytesMax memory for received bytes that no stream has read yet; windows grow while all of them together
 *     fit into half of it, and above it the stream with the most unread bytes is reset
 * @param sendBytesMax memory for written bytes that wait in all streams for credit or for their turn; above, writes fail
 * @param keepAliveInterval silence after which the peer is pinged
 * @param keepAliveTimeout silence after that ping that ends the connection
 * @param lingerTimeout how long a stream that this side closed waits for the peer's end before it is reset
 */
public record YamuxConfig(
        int inboundStreamsMax,
        int outboundStreamsMax,
        int unacknowledgedStreamsMax,
        int windowBytesMax,
        long receiveBytesMax,
        long sendBytesMax,
        Duration keepAliveInterval,
        Duration keepAliveTimeout,
        Duration lingerTimeout) {
    /** The window that each stream starts with, each way; no setting (libp2p spec, yamux, flow control). */
    public static final int INITIAL_WINDOW_BYTES = 256 * 1024;

    private static final YamuxConfig DEFAULTS = new YamuxConfig(
            1000,
            480,
            256,
            16 << 20,
            64L << 20,
            64L << 20,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10));

    public YamuxConfig {
        requirePositive("inboundStreamsMax", inboundStreamsMax);
        requirePositive("outboundStreamsMax", outboundStreamsMax);
        requirePositive("unacknowledgedStreamsMax", unacknowledgedStreamsMax);
        requirePositive("sendBytesMax", sendBytesMax);
        requirePositive("keepAliveInterval", keepAliveInterval.toNanos());
        requirePositive("keepAliveTimeout", keepAliveTimeout.toNanos());
        requirePositive("lingerTimeout", lingerTimeout.toNanos());
        if (windowBytesMax < INITIAL_WINDOW_BYTES) {
            throw new IllegalArgumentException(
                    "windowBytesMax " + windowBytesMax + " is below the initial window " + INITIAL_WINDOW_BYTES);
        }
        if (receiveBytesMax < INITIAL_WINDOW_BYTES) {
            throw new IllegalArgumentException(
                    "receiveBytesMax " + receiveBytesMax + " is below the initial window " + INITIAL_WINDOW_BYTES);
        }
    }

    public static YamuxConfig defaults() {
        return DEFAULTS;
    }

    public YamuxConfig withInboundStreamsMax(int max) {
        return new YamuxConfig(
                max,
                outboundStreamsMax,
                unacknowledgedStreamsMax,
                windowBytesMax,
                receiveBytesMax,
                sendBytesMax,
                keepAliveInterval,
                keepAliveTimeout,
                lingerTimeout);
    }

    public YamuxConfig withOutboundStreamsMax(int max, int unacknowledgedMax) {
        return new YamuxConfig(
                inboundStreamsMax,
                max,
                unacknowledgedMax,
                windowBytesMax,
                receiveBytesMax,
                sendBytesMax,
                keepAliveInterval,
                keepAliveTimeout,
                lingerTimeout);
    }

    public YamuxConfig withMemory(int windowMax, long receiveMax, long sendMax) {
        return new YamuxConfig(
                inboundStreamsMax,
                outboundStreamsMax,
                unacknowledgedStreamsMax,
                windowMax,
                receiveMax,
                sendMax,
                keepAliveInterval,
                keepAliveTimeout,
                lingerTimeout);
    }

    public YamuxConfig withTimeouts(Duration interval, Duration timeout, Duration linger) {
        return new YamuxConfig(
                inboundStreamsMax,
                outboundStreamsMax,
                unacknowledgedStreamsMax,
                windowBytesMax,
                receiveBytesMax,
                sendBytesMax,
                interval,
                timeout,
                linger);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
