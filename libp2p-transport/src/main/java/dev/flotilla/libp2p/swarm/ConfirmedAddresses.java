package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Multiaddr;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** At which addresses a host was reached by others, and at which in vain. Thread-safe. */
final class ConfirmedAddresses {
    private final List<Runnable> told = new CopyOnWriteArrayList<>();
    private volatile Known known = new Known(Set.of(), Set.of());

    private record Known(Set<Multiaddr> reachable, Set<Multiaddr> unreachable) {}

    synchronized void set(Collection<Multiaddr> reachable, Collection<Multiaddr> unreachable) {
        Known now = new Known(bare(reachable), bare(unreachable));
        if (!now.equals(known)) {
            known = now;
            told.forEach(Runnable::run);
        }
    }

    private static Set<Multiaddr> bare(Collection<Multiaddr> addresses) {
        return addresses.stream().map(Multiaddr::withoutPeerId).collect(Collectors.toUnmodifiableSet());
    }

    /** {@code addresses} but those that nobody reaches, the ones that others do reach first. */
    List<Multiaddr> arrange(List<Multiaddr> addresses) {
        Known now = known;
        Stream<Multiaddr> first = addresses.stream().filter(now.reachable()::contains);
        Stream<Multiaddr> rest = addresses.stream()
                .filter(address ->
                        !now.reachable().contains(address) && !now.unreachable().contains(address));
        return Stream.concat(first, rest).toList();
    }

    void onChange(Runnable action) {
        told.add(action);
    }
}
