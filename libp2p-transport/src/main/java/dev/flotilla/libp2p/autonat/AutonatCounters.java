package dev.flotilla.libp2p.autonat;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a server has done since it was made. Thread-safe. */
public final class AutonatCounters {
    /** What is counted. */
    public enum Event {
        /** A peer was dialled back and took the nonce. */
        DIALLED_BACK,
        /** A peer was not reached at the address. */
        DIAL_FAILED,
        /** A peer was reached, but did not take the nonce. */
        DIAL_BACK_FAILED,
        /** A peer was asked for dial data. */
        DIAL_DATA_ASKED,
        /** A request was one too many, of too many addresses, or came over a relay. */
        REQUEST_REJECTED,
        /** None of a request's addresses was one to dial. */
        DIAL_REFUSED,
        /** A request was malformed, too slow or broken off, or this side failed. */
        REQUEST_FAILED,
    }

    private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);

    AutonatCounters() {
        for (Event event : Event.values()) {
            counts.put(event, new LongAdder());
        }
    }

    void count(Event event) {
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
