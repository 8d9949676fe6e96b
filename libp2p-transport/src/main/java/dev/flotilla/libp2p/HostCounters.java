package dev.flotilla.libp2p;

import dev.flotilla.libp2p.limits.Resource;

/** What a host has seen since it was built, and what it has refused since a limit was reached, by kind. Thread-safe. */
public final class HostCounters extends EventCounters<HostCounters.Event> {
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

    private final EventCounters<Resource> refusals = new EventCounters<>(Resource.class);

    public HostCounters() {
        super(Event.class);
    }

    /** Counts one refusal, to either side; called by the host and what belongs to it. */
    public void countRefusal(Resource resource) {
        refusals.count(resource);
    }

    /** How often {@code resource} was refused, to either side. */
    public long refusals(Resource resource) {
        return refusals.get(resource);
    }

    @Override
    public String toString() {
        return super.toString() + " refused " + refusals;
    }
}
