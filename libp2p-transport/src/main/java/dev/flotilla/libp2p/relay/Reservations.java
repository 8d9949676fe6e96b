package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Who has a reservation at a relay, and until when. Thread-safe. */
final class Reservations {
    private static final int IP6_PREFIX_BYTES = 8;

    private final RelayLimits limits;
    private final LongSupplier nanoClock;
    private final Map<PeerId, Held> held = new HashMap<>(); // guarded by this

    Reservations(RelayLimits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
    }

    /** @param place what stands for the peer's IP address */
    private record Held(long endNanos, Bytes place) {}

    enum Outcome {
        RESERVED,
        RENEWED,
        REFUSED
    }

    /** A reservation for {@code peer}, which is connected from {@code address}, or a renewal of the one that it has. */
    synchronized Outcome reserve(PeerId peer, Multiaddr address) {
        long now = nanoClock.getAsLong();
        held.values().removeIf(each -> each.endNanos() - now <= 0);
        Held before = held.get(peer);
        Bytes place = place(address);
        long others = held.entrySet().stream()
                .filter(each -> !each.getKey().equals(peer))
                .filter(each -> each.getValue().place().equals(place))
                .count();
        boolean full = before == null && held.size() >= limits.reservationsMax();
        if (full || others >= limits.reservationsPerAddressMax()) {
            return Outcome.REFUSED;
        }
        held.put(peer, new Held(now + limits.reservationTtl().toNanos(), place));
        return before == null ? Outcome.RESERVED : Outcome.RENEWED;
    }

    private static Bytes place(Multiaddr address) {
        Bytes ip = Bytes.wrap(address.ipAddress().map(InetAddress::getAddress).orElse(new byte[0]));
        return ip.size() > IP6_PREFIX_BYTES ? ip.slice(0, IP6_PREFIX_BYTES) : ip;
    }

    synchronized boolean has(PeerId peer) {
        Held found = held.get(peer);
        return found != null && found.endNanos() - nanoClock.getAsLong() > 0;
    }

    synchronized void remove(PeerId peer) {
        held.remove(peer);
    }

    /** Those that count. */
    synchronized int size() {
        long now = nanoClock.getAsLong();
        return (int)
                held.values().stream().filter(each -> each.endNanos() - now > 0).count();
    }
}
