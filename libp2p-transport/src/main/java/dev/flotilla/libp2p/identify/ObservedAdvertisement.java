package dev.flotilla.libp2p.identify;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Advertises the observed addresses that count, a change at once but no two changes within a pause: each is told to every
 * peer, and a few that say another address every time could have this host do nothing else. Nor is what all connections
 * show added up more than once a second, however many come and go. Thread-safe.
 */
final class ObservedAdvertisement {
    private static final String SOURCE = "observed";
    private static final Duration LOOK_PAUSE = Duration.ofSeconds(1);

    private final Host host;
    private final Supplier<List<Multiaddr>> confirmed;
    private final long pauseNanos;
    private final long lookPauseNanos; // after a look that found nothing new
    private List<Multiaddr> told = List.of(); // guarded by this
    private long nextLookNanos; // guarded by this: not before
    private boolean waiting; // guarded by this: for nextLookNanos

    /** @param confirmed the addresses that count, in one order; asked seldom */
    ObservedAdvertisement(Host host, Supplier<List<Multiaddr>> confirmed, Duration pause) {
        this.host = host;
        this.confirmed = confirmed;
        this.pauseNanos = pause.toNanos();
        this.lookPauseNanos = Math.min(LOOK_PAUSE.toNanos(), pauseNanos);
        this.nextLookNanos = System.nanoTime();
    }

    /** What is observed has changed. */
    void update() {
        List<Multiaddr> now;
        synchronized (this) {
            long leftNanos = nextLookNanos - System.nanoTime();
            if (waiting || leftNanos > 0) {
                waitFor(leftNanos);
                return;
            }
            now = confirmed.get();
            boolean same = now.equals(told);
            nextLookNanos = System.nanoTime() + (same ? lookPauseNanos : pauseNanos);
            if (same) {
                return;
            }
            told = now;
        }
        host.advertise(SOURCE, now);
    }

    private synchronized void waitFor(long nanos) {
        if (!waiting) {
            waiting = true;
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::onPauseEnd);
        }
    }

    private void onPauseEnd() {
        synchronized (this) {
            waiting = false;
        }
        update();
    }
}
