package dev.flotilla.libp2p.yamux;

import java.time.Duration;

/**
 * The bounds of one connection.
 *
 * @param inboundStreamsMax streams that the peer may have open; more are reset
 * @param outboundStreamsMax streams that this side has open; more wait (rust-libp2p ends a connection at 512 in total)
 * @param unacknowledgedStreamsMax opened streams that the peer has not acknowledged; more wait
 * @param windowBytesMax the bound that a stream's receive window grows to, from 256 KiB on
 * @param windowGrowthBytesMax the bound of what all receive windows of the connection have grown by
 * @param bufferedBytesMax received bytes that no stream has read yet; above, the socket is not read
 * @param keepAliveInterval silence after which the peer is pinged
 * @param keepAliveTimeout silence after that ping that ends the connection
 * @param lingerTimeout how long a stream that this side closed waits for the peer's end before it is reset
 */
public record YamuxConfig(
        int inboundStreamsMax,
        int outboundStreamsMax,
        int unacknowledgedStreamsMax,
        int windowBytesMax,
        long windowGrowthBytesMax,
        long bufferedBytesMax,
        Duration keepAliveInterval,
        Duration keepAliveTimeout,
        Duration lingerTimeout) {
    /** The window that each stream starts with, each way; no setting (libp2p spec, yamux, flow control). */
    public static final int INITIAL_WINDOW_BYTES = 256 * 1024;

    private static final YamuxConfig DEFAULTS = new YamuxConfig(
            1000,
            480,
            256,
            4 << 20,
            16L << 20,
            64L << 20,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10));

    public YamuxConfig {
        requirePositive("inboundStreamsMax", inboundStreamsMax);
        requirePositive("outboundStreamsMax", outboundStreamsMax);
        requirePositive("unacknowledgedStreamsMax", unacknowledgedStreamsMax);
        requirePositive("bufferedBytesMax", bufferedBytesMax);
        requirePositive("keepAliveInterval", keepAliveInterval.toNanos());
        requirePositive("keepAliveTimeout", keepAliveTimeout.toNanos());
        requirePositive("lingerTimeout", lingerTimeout.toNanos());
        if (windowBytesMax < INITIAL_WINDOW_BYTES) {
            throw new IllegalArgumentException(
                    "windowBytesMax " + windowBytesMax + " is below the initial window " + INITIAL_WINDOW_BYTES);
        }
        if (windowGrowthBytesMax < 0) {
            throw new IllegalArgumentException("windowGrowthBytesMax must not be negative: " + windowGrowthBytesMax);
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
                windowGrowthBytesMax,
                bufferedBytesMax,
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
                windowGrowthBytesMax,
                bufferedBytesMax,
                keepAliveInterval,
                keepAliveTimeout,
                lingerTimeout);
    }

    public YamuxConfig withWindows(int bytesMax, long growthBytesMax, long bufferedMax) {
        return new YamuxConfig(
                inboundStreamsMax,
                outboundStreamsMax,
                unacknowledgedStreamsMax,
                bytesMax,
                growthBytesMax,
                bufferedMax,
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
                windowGrowthBytesMax,
                bufferedBytesMax,
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
