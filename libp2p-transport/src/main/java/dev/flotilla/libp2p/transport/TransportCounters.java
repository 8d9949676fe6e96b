package dev.flotilla.libp2p.transport;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a transport has seen since it was started. Thread-safe. */
public final class TransportCounters {
    /** What is counted. */
    public enum Event {
        /** A frame was written to its stream. */
        FRAME_SENT,
        /** A frame was given to its receiver. */
        FRAME_RECEIVED,
        /** A frame came on a stream that a newer one had replaced, and was dropped. */
        FRAME_DROPPED,
        /** A stream came for a lane that nobody listens to. */
        STREAM_REFUSED,
        /** A peer sent what is not in the protocol, and was disconnected. */
        PROTOCOL_ERROR,
        /** A peer record was malformed, forged, or of somebody whom this peer does not want to know of. */
        RECORD_REFUSED,
    }

    private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);

    TransportCounters() {
        for (Event event : Event.values()) {
            counts.put(event, new LongAdder());
        }
    }

    void count(Event event) {
        count(event, 1);
    }

    void count(Event event, int times) {
        adder(event).add(times);
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
