package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.EventCounters;

/** What a relay has done since it was made. Thread-safe. */
public final class RelayCounters extends EventCounters<RelayCounters.Event> {
    /** What is counted. */
    public enum Event {
        /** A peer that had no reservation got one. */
        RESERVED,
        /** A peer's reservation was made to last longer. */
        RENEWED,
        /** A peer was refused a reservation, by the rules or for want of room. */
        RESERVATION_REFUSED,
        /** Two peers were joined by a circuit. */
        CIRCUIT_OPENED,
        /** A peer was refused a circuit, by the rules, for want of room, or since the other peer cannot be had. */
        CIRCUIT_REFUSED,
        /** A circuit had used up its time or its bytes, and was cut. */
        CIRCUIT_CUT,
        /** A circuit came to its end, whatever the reason. */
        CIRCUIT_CLOSED,
        /** A byte was passed on. */
        BYTE_RELAYED,
        /** A request was malformed, unexpected, too slow or one too many. */
        REQUEST_REFUSED,
    }

    RelayCounters() {
        super(Event.class);
    }
}
