package dev.flotilla.libp2p;

import dev.flotilla.libp2p.limits.Resource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a host has seen since it was built, and what it has refused since a limit was reached, by kind. Thread-safe. */
public final class HostCounters {
    /** What is counted. */
    public enum Event {
        /** An inbound connection came. */
        ACCEPTED,
        /** An inbound connection was closed, at once or when its peer was known, since a limit was reached. */
        REFUSED,
        /** The connection gater refused a dial, or a connection of either direction. */
        GATED,
        /** A connection was closed to make room, since its peer is not protected. */
        TRIMMED,
        /** A connection of either direction finished its handshake. */
        OPENED,
        /** An inbound handshake failed, the time-out included. */
        INBOUND_HANDSHAKE_FAILED,
        /** An outbound handshake failed, the time-out included. */
        OUTBOUND_HANDSHAKE_FAILED,
        /** A handshake of either direction took too long. */
        HANDSHAKE_TIMED_OUT,
        /** A peer broke a protocol and was disconnected. */
        PROTOCOL_ERROR,
        /** A peer opened a stream and no protocol was agreed on. */
        STREAM_REFUSED,
        /** A dial with all its addresses failed. */
        DIAL_FAILED,
    }

    private final Map<Event, LongAdder> counts = adders(Event.class);
    private final Map<Resource, LongAdder> refusals = adders(Resource.class);

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> kinds) {
        Map<E, LongAdder> adders = new EnumMap<>(kinds);
        for (E kind : kinds.getEnumConstants()) {
            adders.put(kind, new LongAdder());
        }
        return adders;
    }

    /** Counts one; called by the host and what belongs to it. */
    public void count(Event event) {
        adder(counts, event).increment();
    }

    /** Counts one refusal, to either side; called by the host and what belongs to it. */
    public void countRefusal(Resource resource) {
        adder(refusals, resource).increment();
    }

    public long get(Event event) {
        return adder(counts, event).sum();
    }

    /** How often {@code resource} was refused, to either side. */
    public long refusals(Resource resource) {
        return adder(refusals, resource).sum();
    }

    private static <E extends Enum<E>> LongAdder adder(Map<E, LongAdder> adders, E kind) {
        LongAdder adder = adders.get(kind);
        if (adder == null) {
            throw new AssertionError("uncounted: " + kind);
        }
        return adder;
    }

    @Override
    public String toString() {
        return counts + " refused " + refusals;
    }
}
