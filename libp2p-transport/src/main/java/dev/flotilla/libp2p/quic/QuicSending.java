package dev.flotilla.libp2p.quic;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of a connection gave QUIC of late, and whether QUIC takes it as fast as they give it: by that they know
 * whether what they give next leaves at once. quiche knows it better and does not tell. Event loop only.
 */
final class QuicSending {
    private static final long PERIOD_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long ACKNOWLEDGED_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int PERIOD_ROUND_TRIPS = 2;
    private static final int ACKNOWLEDGED_ROUND_TRIPS = 8; // so late that what got lost once was sent again
    private static final int PACKET_BYTES = 1200;
    private static final int PACKET_HEAD_BYTES = 64; // what UDP, QUIC and the cipher add, rather more

    private final QuicChannel channel;
    private int waiting; // messages that QUIC did not take at once
    private long periodNanos = TimeUnit.MILLISECONDS.toNanos(500); // until a round trip is known
    private long periodBegan = System.nanoTime();
    private long given; // bytes on the wire in this period
    private long givenBefore; // and in the one before

    QuicSending(QuicChannel channel) {
        this.channel = channel;
    }

    void waits() {
        waiting++;
    }

    void waitsNoMore() {
        waiting--;
    }

    boolean nothingWaits() {
        return waiting == 0;
    }

    /** QUIC has taken {@code bytes}, on the wire or in its buffers. */
    void gave(int bytes) {
        beginPeriod();
        given += bytes + PACKET_HEAD_BYTES * (1L + bytes / PACKET_BYTES);
    }

    private void beginPeriod() {
        long now = System.nanoTime();
        long age = now - periodBegan;
        if (age >= periodNanos) {
            givenBefore = age >= 2 * periodNanos ? 0 : given;
            given = 0;
            periodBegan = now;
        }
    }

    /** Whether a packet more may leave at once, as sure as can be: at most half of the congestion window is under way. */
    boolean isRoomy() {
        QuicConnectionPathStats path = path();
        if (path == null) {
            return true;
        }
        periodNanos = Math.max(PERIOD_NANOS_MIN, PERIOD_ROUND_TRIPS * path.rtt());
        beginPeriod();
        return waiting == 0 && given + givenBefore <= path.cwnd() / 2;
    }

    /** How long after it was given to QUIC something must have been acknowledged. */
    long acknowledgedNanos() {
        QuicConnectionPathStats path = path();
        return Math.max(ACKNOWLEDGED_NANOS_MIN, path == null ? 0 : ACKNOWLEDGED_ROUND_TRIPS * path.rtt());
    }

    private @Nullable QuicConnectionPathStats path() {
        return channel.collectPathStats(0).getNow();
    }
}
