package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Multiaddr;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Addresses that lead to a host beside those that it listens on, by who knows of them. Thread-safe. */
final class AdvertisedAddresses {
    private static final int ADDRESSES_MAX = 16; // of each source

    private final Map<String, List<Multiaddr>> bySource = new ConcurrentSkipListMap<>();
    private final List<Runnable> told = new CopyOnWriteArrayList<>();

    void set(String source, Collection<Multiaddr> addresses) {
        List<Multiaddr> now = addresses.stream()
                .map(Multiaddr::withoutPeerId)
                .distinct()
                .limit(ADDRESSES_MAX)
                .toList();
        List<Multiaddr> before = bySource.put(source, now);
        if (!now.equals(before == null ? List.of() : before)) {
            told.forEach(Runnable::run);
        }
    }

    List<Multiaddr> all() {
        return bySource.values().stream().flatMap(List::stream).distinct().toList();
    }

    void onChange(Runnable action) {
        told.add(action);
    }
}
