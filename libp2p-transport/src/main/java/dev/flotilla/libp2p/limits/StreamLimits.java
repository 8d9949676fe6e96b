package dev.flotilla.libp2p.limits;

import java.util.HashMap;
import java.util.Map;

/**
 * How many streams may be open. What one connection may carry is the multiplexer's setting. Protected peers are exempt
 * from what is counted over several peers.
 *
 * @param host of all peers and protocols
 * @param perPeer with one peer, those that have not agreed on a protocol yet included
 * @param perProtocol of one protocol, with all peers
 * @param perProtocolAndPeer of one protocol with one peer, for protocols that the next parameter does not name
 * @param ofProtocolAndPeer the same for the protocols that are its keys
 */
public record StreamLimits(
        Limit host, Limit perPeer, Limit perProtocol, Limit perProtocolAndPeer, Map<String, Limit> ofProtocolAndPeer) {
    public StreamLimits {
        ofProtocolAndPeer = Map.copyOf(ofProtocolAndPeer);
    }

    /** The limit of {@code protocol} with one peer. */
    public Limit ofProtocolAndPeer(String protocol) {
        return ofProtocolAndPeer.getOrDefault(protocol, perProtocolAndPeer);
    }

    public StreamLimits withHost(Limit limit) {
        return new StreamLimits(limit, perPeer, perProtocol, perProtocolAndPeer, ofProtocolAndPeer);
    }

    public StreamLimits withPerPeer(Limit limit) {
        return new StreamLimits(host, limit, perProtocol, perProtocolAndPeer, ofProtocolAndPeer);
    }

    public StreamLimits withPerProtocol(Limit ofAllPeers, Limit ofOnePeer) {
        return new StreamLimits(host, perPeer, ofAllPeers, ofOnePeer, ofProtocolAndPeer);
    }

    /** Another limit of {@code protocol} with one peer. */
    public StreamLimits withProtocol(String protocol, Limit limit) {
        Map<String, Limit> limits = new HashMap<>(ofProtocolAndPeer);
        limits.put(protocol, limit);
        return new StreamLimits(host, perPeer, perProtocol, perProtocolAndPeer, limits);
    }
}
