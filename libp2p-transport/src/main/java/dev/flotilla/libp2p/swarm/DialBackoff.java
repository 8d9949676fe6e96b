package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which addresses failed lately and are not to be dialled for a while: 5 s, and n² s more after n further failures, at
 * most 5 minutes (as go-libp2p). Remembers the 1,000 that failed last. Thread-safe.
 */
final class DialBackoff {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration MAX = Duration.ofMinutes(5);
    private static final int REMEMBERED_MAX = 1000;

    private final LongSupplier nanoClock;
    private final Map<Way, Failed> failures = new LinkedHashMap<>(); // guarded by this; the longest ago first

    DialBackoff(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private record Way(PeerId peer, Multiaddr address) {}

    private record Failed(int times, long untilNanos) {}

    /** How long {@code address} is not to be dialled; empty if it may be. */
    synchronized Optional<Duration> remaining(PeerId peer, Multiaddr address) {
        Failed failed = failures.get(new Way(peer, address));
        long left = failed == null ? 0 : failed.untilNanos() - nanoClock.getAsLong();
        return left > 0 ? Optional.of(Duration.ofNanos(left)) : Optional.empty();
    }

    synchronized void failed(PeerId peer, Multiaddr address) {
        Way way = new Way(peer, address);
        Failed before = failures.remove(way);
        long now = nanoClock.getAsLong();
        boolean forgiven = before != null && now - before.untilNanos() > MAX.toNanos(); // nobody tried for long
        int further = before == null || forgiven ? 0 : before.times();
        long nanos =
                Math.min(MAX.toNanos(), FIRST.toNanos() + Duration.ofSeconds(1).toNanos() * further * further);
        failures.put(way, new Failed(Math.min(further + 1, 1000), now + nanos));
        if (failures.size() > REMEMBERED_MAX) {
            failures.remove(failures.keySet().iterator().next());
        }
    }

    synchronized void succeeded(PeerId peer, Multiaddr address) {
        failures.remove(new Way(peer, address));
    }
}
