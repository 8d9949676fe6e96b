package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import dev.flotilla.transport.PeerId;
import java.util.function.Predicate;

/** Relays, without limits, among the members of this peer's communities, and serves nobody else. */
final class SwarmRelay {
    private volatile Predicate<PeerId> members = peer -> false; // until the communities are open

    RelayService service() {
        return new RelayService(RelayLimits.ofSwarm(), RelayAcl.among(peer -> members.test(peer)));
    }

    /** From now on these are the members. */
    void serve(Predicate<PeerId> isMember) {
        members = isMember;
    }
}
