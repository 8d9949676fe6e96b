package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.PeerId;
import java.util.function.Predicate;

/** Whom a relay serves. Called on event loops; must not block. */
public interface RelayAcl {
    /** Whether {@code peer}, which is connected from {@code address}, may have a reservation. */
    boolean allowReserve(PeerId peer, Multiaddr address);

    /** Whether {@code source}, which is connected from {@code address}, may have a circuit to {@code target}. */
    boolean allowConnect(PeerId source, Multiaddr address, PeerId target);

    /** Everybody is served. */
    static RelayAcl all() {
        return among(peer -> true);
    }

    /** Only circuits among {@code members} are made, each of whom may have a reservation. */
    static RelayAcl among(Predicate<PeerId> members) {
        return new RelayAcl() {
            @Override
            public boolean allowReserve(PeerId peer, Multiaddr address) {
                return members.test(peer);
            }

            @Override
            public boolean allowConnect(PeerId source, Multiaddr address, PeerId target) {
                return members.test(source) && members.test(target);
            }
        };
    }
}
