package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.EventCounters;

/** What a server has done since it was made. Thread-safe. */
public final class AutonatCounters extends EventCounters<AutonatCounters.Event> {
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

    AutonatCounters() {
        super(Event.class);
    }
}
