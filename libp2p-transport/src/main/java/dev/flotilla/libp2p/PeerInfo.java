package dev.flotilla.libp2p;

import dev.flotilla.transport.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a peer says about itself (libp2p spec, identify). Nothing of it is proven but what the signed record carries.
 *
 * @param listenAddresses without the peer id
 * @param protocols that the peer answers, as it spells them
 * @param observedAddress this side's address as the peer sees it, without a peer id; null if it did not say
 * @param signedPeerRecord an envelope, not yet checked; empty if there is none
 */
public record PeerInfo(
        List<Multiaddr> listenAddresses,
        List<String> protocols,
        @Nullable Multiaddr observedAddress,
        String protocolVersion,
        String agentVersion,
        Bytes signedPeerRecord) {
    /** A peer that has said nothing. */
    public static final PeerInfo UNKNOWN = new PeerInfo(List.of(), List.of(), null, "", "", Bytes.EMPTY);

    public PeerInfo {
        listenAddresses = List.copyOf(listenAddresses);
        protocols = List.copyOf(protocols);
    }
}
