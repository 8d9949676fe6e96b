package dev.flotilla.libp2p;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a host has seen since it was built. Thread-safe. */
public final class HostCounters {
    /** What is counted. */
    public enum Event {
        /** An inbound connection came. */
        ACCEPTED,
        /** An inbound connection was closed at once, since a limit was reached. */
        REFUSED,
        /** The connection gater refused a dial, or a connection of either direction. */
        GATED,
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

    private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);

    public HostCounters() {
        for (Event event : Event.values()) {
            counts.put(event, new LongAdder());
        }
    }

    /** Counts one; called by the host and what belongs to it. */
    public void count(Event event) {
        adder(event).increment();
    }

    public long get(Event event) {
        return adder(event).sum();
    }

    private LongAdder adder(Event event) {
        LongAdder adder = counts.get(event);
        if (adder == null) {
            throw new AssertionError("uncounted event: " + event);
        }
        return adder;
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
