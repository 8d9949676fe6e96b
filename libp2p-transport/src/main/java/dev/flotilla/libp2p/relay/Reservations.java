package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Who has a reservation at a relay, and until when. Thread-safe. */
final class Reservations {
    private static final int IP6_PREFIX_BYTES = 8;
    private static final Duration FRESH = Duration.ofSeconds(30);
    private static final int FRESH_PART = 4; // of the time that a reservation lasts, if that is less

    private final RelayLimits limits;
    private final LongSupplier nanoClock;
    private final Map<PeerId, Held> held = new HashMap<>(); // guarded by this

    Reservations(RelayLimits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
    }

    /**
     * @param place what stands for the peer's IP address
     * @param answer what the peer was told; null until then
     */
    private record Held(long sinceNanos, long endNanos, Bytes place, @Nullable HopMessage answer) {}

    enum Outcome {
        RESERVED,
        RENEWED,
        REFUSED
    }

    /** A reservation for {@code peer}, which is connected from {@code address}, or a renewal of the one that it has. */
    synchronized Outcome reserve(PeerId peer, Multiaddr address) {
        long now = nanoClock.getAsLong();
        Held before = has(peer) ? held.get(peer) : null;
        Bytes place = place(address);
        long others = held.entrySet().stream()
                .filter(each -> !each.getKey().equals(peer) && each.getValue().endNanos() - now > 0)
                .filter(each -> each.getValue().place().equals(place))
                .count();
        boolean full = before == null && size() >= limits.reservationsMax();
        if (full || others >= limits.reservationsPerAddressMax()) {
            return Outcome.REFUSED;
        }
        held.put(peer, new Held(now, now + limits.reservationTtl().toNanos(), place, null));
        return before == null ? Outcome.RESERVED : Outcome.RENEWED;
    }

    /** {@code peer} is told this of its reservation. */
    synchronized void answered(PeerId peer, HopMessage answer) {
        held.computeIfPresent(
                peer, (key, known) -> new Held(known.sinceNanos(), known.endNanos(), known.place(), answer));
    }

    /**
     * What {@code peer} was told a moment ago, from the same address: true still, and a renewal would say nothing else but
     * cost a signature.
     */
    synchronized Optional<HopMessage> freshAnswer(PeerId peer, Multiaddr address) {
        Held known = held.get(peer);
        long freshNanos = Math.min(FRESH.toNanos(), limits.reservationTtl().toNanos() / FRESH_PART);
        return known != null
                        && nanoClock.getAsLong() - known.sinceNanos() < freshNanos
                        && known.place().equals(place(address))
                ? Optional.ofNullable(known.answer())
                : Optional.empty();
    }

    /** Forgets those whose time is over, and tells whose they were. */
    synchronized List<PeerId> dropEnded() {
        long now = nanoClock.getAsLong();
        List<PeerId> ended = held.entrySet().stream()
                .filter(each -> each.getValue().endNanos() - now <= 0)
                .map(Map.Entry::getKey)
                .toList();
        ended.forEach(held::remove);
        return ended;
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
