package dev.flotilla.libp2p.identify;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Advertises the observed addresses that count, a change at once but no two changes within a pause: each is told to every
 * peer, and a few that say another address every time could have this host do nothing else. Thread-safe.
 */
final class ObservedAdvertisement {
    private static final String SOURCE = "observed";

    private final Host host;
    private final ObservedAddresses observed;
    private final Duration pause;
    private List<Multiaddr> told = List.of(); // guarded by this
    private long toldAtNanos; // guarded by this
    private boolean waiting; // guarded by this: an update is due at the pause's end

    ObservedAdvertisement(Host host, ObservedAddresses observed, Duration pause) {
        this.host = host;
        this.observed = observed;
        this.pause = pause;
        this.toldAtNanos = System.nanoTime() - pause.toNanos();
    }

    /** What is observed may have changed. */
    void update() {
        List<Multiaddr> now = observed.confirmed();
        synchronized (this) {
            if (waiting || now.equals(told)) {
                return;
            }
            long leftNanos = toldAtNanos + pause.toNanos() - System.nanoTime();
            if (leftNanos > 0) {
                waiting = true;
                CompletableFuture.delayedExecutor(leftNanos, TimeUnit.NANOSECONDS)
                        .execute(this::onPauseEnd);
                return;
            }
            told = now;
            toldAtNanos = System.nanoTime();
        }
        host.advertise(SOURCE, now);
    }

    private void onPauseEnd() {
        synchronized (this) {
            waiting = false;
        }
        update();
    }
}
