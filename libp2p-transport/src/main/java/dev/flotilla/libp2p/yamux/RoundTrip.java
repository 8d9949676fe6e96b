package dev.flotilla.libp2p.yamux;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * The time from a ping to its answer (libp2p spec, yamux, ping). It is measured when bytes flow and the last measurement
 * is old: an idle connection stays silent. A shorter time counts at once, a longer one by half, since the answer may have
 * waited behind other bytes.
 */
final class RoundTrip {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FrameWriter writer;
    private final Ticker ticker;
    private int value; // of the last ping
    private boolean awaited; // the last ping has no answer yet
    private long pingNanos; // when it was sent
    private long nanos; // 0 until measured

    RoundTrip(FrameWriter writer, Ticker ticker) {
        this.writer = writer;
        this.ticker = ticker;
    }

    long now() {
        return ticker.nanoTime();
    }

    /** 0 while unknown. */
    long nanos() {
        return nanos;
    }

    /** Pings, unless the last ping was sent a moment ago. */
    void refresh() {
        if (value == 0 || now() - pingNanos > FRESH_NANOS) {
            ping();
        }
    }

    /** Asks the peer for a sign of life; an answer to an earlier ping counts no more. */
    void ping() {
        awaited = true;
        pingNanos = now();
        writer.control(new Frame(Frame.PING, Frame.SYN, 0, Integer.toUnsignedLong(++value)));
    }

    /** An answer came; one that was not asked for means nothing. */
    void onAnswer(long answered) {
        if (!awaited || answered != Integer.toUnsignedLong(value)) {
            return;
        }
        awaited = false;
        long sample = Math.max(1, now() - pingNanos);
        nanos = nanos == 0 || sample < nanos ? sample : (nanos + sample) / 2;
    }
}
