package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Multiaddr;
import org.jspecify.annotations.Nullable;

/**
 * What one server found out about one address: one opinion, on which nobody should act before others share it.
 *
 * @param address the one that the server chose, as it was asked about; null if it chose none
 * @param reason in words
 */
public record ProbeResult(@Nullable Multiaddr address, Reachability reachability, String reason) {
    static ProbeResult unknown(@Nullable Multiaddr address, String reason) {
        return new ProbeResult(address, Reachability.UNKNOWN, reason);
    }
}
