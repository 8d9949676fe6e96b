package dev.flotilla.libp2p.yamux;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Pings a peer that was silent for a while and gives up on one that stays silent (as go-yamux does: 30 s and 10 s). A
 * connection whose reading we ourselves have paused is not judged.
 */
final class KeepAlive {
    private final ChannelHandlerContext ctx;
    private final RoundTrip roundTrip;
    private final long intervalNanos;
    private final long timeoutNanos;
    private final Runnable onSilence;
    private long lastReadNanos;
    private boolean pinged; // a ping was sent since lastReadNanos
    private @Nullable Future<?> timer;

    KeepAlive(ChannelHandlerContext ctx, RoundTrip roundTrip, YamuxConfig config, Runnable onSilence) {
        this.ctx = ctx;
        this.roundTrip = roundTrip;
        this.intervalNanos = config.keepAliveInterval().toNanos();
        this.timeoutNanos = config.keepAliveTimeout().toNanos();
        this.onSilence = onSilence;
    }

    void start() {
        lastReadNanos = roundTrip.now();
        schedule(intervalNanos);
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    void onRead() {
        lastReadNanos = roundTrip.now();
        pinged = false;
    }

    private void schedule(long delayNanos) {
        timer = ctx.executor().schedule(this::check, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        long silentNanos = roundTrip.now() - lastReadNanos;
        if (!ctx.channel().config().isAutoRead()) {
            onRead();
            schedule(intervalNanos);
        } else if (silentNanos < intervalNanos) {
            schedule(intervalNanos - silentNanos);
        } else if (!pinged) {
            pinged = true;
            roundTrip.ping();
            schedule(timeoutNanos);
        } else {
            onSilence.run();
        }
    }
}
