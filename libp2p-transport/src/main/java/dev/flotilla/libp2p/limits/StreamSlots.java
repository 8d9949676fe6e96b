package dev.flotilla.libp2p.limits;

import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The open streams, by peer and protocol. Thread-safe. */
public final class StreamSlots {
    private final StreamLimits limits;
    private final Usage host = new Usage(); // guarded by this
    private final Map<PeerId, Usage> byPeer = new HashMap<>(); // guarded by this; no zeros, as in the next two
    private final Map<String, Usage> byProtocol = new HashMap<>(); // guarded by this
    private final Map<Pair, Usage> byProtocolAndPeer = new HashMap<>(); // guarded by this

    public StreamSlots(StreamLimits limits) {
        this.limits = limits;
    }

    private record Pair(String protocol, PeerId peer) {}

    /** A stream that is counted. */
    public final class Slot {
        private final PeerId peer;
        private final boolean inbound;
        private final boolean isProtected;
        private @Nullable String protocol; // guarded by the slots
        private boolean left; // guarded by the slots

        private Slot(PeerId peer, boolean inbound, boolean isProtected) {
            this.peer = peer;
            this.inbound = inbound;
            this.isProtected = isProtected;
        }

        /**
         * The two sides want to speak {@code agreed} on it.
         *
         * @throws ResourceLimitException if there are too many streams of that protocol
         */
        public void agree(String agreed) throws ResourceLimitException {
            StreamSlots.this.agree(this, agreed);
        }

        /** The stream is gone. Idempotent. */
        public void leave() {
            StreamSlots.this.leave(this);
        }
    }

    /**
     * Takes a place for a stream that has no protocol yet.
     *
     * @param isProtected whether what others have does not count
     * @throws ResourceLimitException if there are too many
     */
    public synchronized Slot enter(PeerId peer, boolean inbound, boolean isProtected) throws ResourceLimitException {
        if (!isProtected && !host.fits(limits.host(), inbound)) {
            throw refusal(Resource.STREAMS, limits.host(), inbound);
        }
        Usage ofPeer = byPeer.getOrDefault(peer, new Usage());
        if (!ofPeer.fits(limits.perPeer(), inbound)) {
            throw refusal(Resource.STREAMS_OF_PEER, limits.perPeer(), inbound);
        }
        host.enter(inbound);
        ofPeer.enter(inbound);
        byPeer.put(peer, ofPeer);
        return new Slot(peer, inbound, isProtected);
    }

    private synchronized void agree(Slot slot, String protocol) throws ResourceLimitException {
        if (slot.left) {
            return;
        }
        Usage ofProtocol = byProtocol.getOrDefault(protocol, new Usage());
        if (!slot.isProtected && !ofProtocol.fits(limits.perProtocol(), slot.inbound)) {
            throw refusal(Resource.STREAMS_OF_PROTOCOL, limits.perProtocol(), slot.inbound);
        }
        Pair pair = new Pair(protocol, slot.peer);
        Limit limit = limits.ofProtocolAndPeer(protocol);
        Usage ofBoth = byProtocolAndPeer.getOrDefault(pair, new Usage());
        if (!ofBoth.fits(limit, slot.inbound)) {
            throw refusal(Resource.STREAMS_OF_PROTOCOL_AND_PEER, limit, slot.inbound);
        }
        ofProtocol.enter(slot.inbound);
        byProtocol.put(protocol, ofProtocol);
        ofBoth.enter(slot.inbound);
        byProtocolAndPeer.put(pair, ofBoth);
        slot.protocol = protocol;
    }

    private static ResourceLimitException refusal(Resource resource, Limit limit, boolean inbound) {
        return new ResourceLimitException(resource, inbound ? limit.inboundMax() : limit.outboundMax());
    }

    private synchronized void leave(Slot slot) {
        if (slot.left) {
            return;
        }
        slot.left = true;
        host.leave(slot.inbound);
        leave(byPeer, slot.peer, slot.inbound);
        String protocol = slot.protocol;
        if (protocol != null) {
            leave(byProtocol, protocol, slot.inbound);
            leave(byProtocolAndPeer, new Pair(protocol, slot.peer), slot.inbound);
        }
    }

    private static <K> void leave(Map<K, Usage> usages, K key, boolean inbound) {
        usages.computeIfPresent(key, (same, usage) -> {
            usage.leave(inbound);
            return usage.count() == 0 ? null : usage;
        });
    }

    /** Open streams with {@code peer}. */
    public synchronized int count(PeerId peer) {
        Usage usage = byPeer.get(peer);
        return usage == null ? 0 : usage.count();
    }

    /** Open streams of all peers. */
    public synchronized int count() {
        return host.count();
    }
}
