package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.EventCounters;

/** What a transport has seen since it was started. Thread-safe. */
public final class TransportCounters extends EventCounters<TransportCounters.Event> {
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

    TransportCounters() {
        super(Event.class);
    }
}
