package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.yamux.YamuxConfig;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a connection alive by datagrams (RFC 9221), which the peer's QUIC acknowledges and drops, and gives up when
 * nothing at all has come for an interval and the keep-alive time-out together. The interval is short since others give up
 * early, and since nothing tells of a killed peer, as TCP's reset does. Netty's codec can send no PING. Event loop only.
 */
final class QuicKeepAlive {
    private static final long INTERVAL_NANOS_MAX = TimeUnit.SECONDS.toNanos(5); // others give up after 10 s of silence

    private final QuicChannel channel;
    private final QuicMuxedConnection muxed;
    private final long intervalNanos;
    private final long silenceNanosMax;
    private @Nullable Future<?> timer;
    private long received;
    private long silentNanos;

    QuicKeepAlive(QuicChannel channel, QuicMuxedConnection muxed, YamuxConfig config) {
        this.channel = channel;
        this.muxed = muxed;
        this.intervalNanos =
                Math.min(INTERVAL_NANOS_MAX, config.keepAliveInterval().toNanos());
        this.silenceNanosMax = intervalNanos + config.keepAliveTimeout().toNanos();
    }

    /** The peer takes datagrams. */
    void start() {
        if (timer == null) {
            timer = channel.eventLoop()
                    .scheduleWithFixedDelay(this::onInterval, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void onInterval() {
        channel.collectStats().addListener((Future<QuicConnectionStats> stats) -> {
            if (stats.isSuccess()) {
                onReceived(stats.getNow().recv());
            }
        });
        if (channel.isActive()) {
            channel.writeAndFlush(channel.alloc().directBuffer(1).writeByte(0));
        }
    }

    private void onReceived(long packets) {
        silentNanos = packets == received ? silentNanos + intervalNanos : 0;
        received = packets;
        if (silentNanos >= silenceNanosMax) {
            muxed.giveUp();
        }
    }
}
