package dev.flotilla.libp2p.limits;

import java.util.concurrent.TimeUnit;

/** A rate with a burst: a token comes back every so often, up to as many as the burst. Guarded by who owns it. */
public final class TokenBucket {
    private final double perNano;
    private final int burst;
    private double tokens; // 0 <= tokens <= burst
    private long lastNanos;

    /**
     * A full one.
     *
     * @param nowNanos of a clock that never goes back, as in {@link #take}
     */
    public TokenBucket(double perSecond, int burst, long nowNanos) {
        this.perNano = perSecond / TimeUnit.SECONDS.toNanos(1);
        this.burst = burst;
        this.tokens = burst;
        this.lastNanos = nowNanos;
    }

    /** Whether there was a token, which is gone then. */
    public boolean take(long nowNanos) {
        refill(nowNanos);
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Whether all have come back: then it is as if it had never been used. */
    boolean isFull(long nowNanos) {
        refill(nowNanos);
        return tokens >= burst;
    }

    private void refill(long nowNanos) {
        tokens = Math.min(burst, tokens + (nowNanos - lastNanos) * perNano);
        lastNanos = nowNanos;
    }
}
