package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Optional;

/**
 * {@code [RELAY_ADDRESS]/p2p/RELAY/p2p-circuit}: a place at a relay.
 *
 * @param relayAddress without the relay's peer id; empty if the relay is to be connected already
 */
record CircuitAddress(Multiaddr relayAddress, PeerId relay) {
    static final Multiaddr CIRCUIT = Multiaddr.parse("/p2p-circuit");

    /** Empty if {@code address}, without the peer that it leads to, has another shape. Relays behind relays have. */
    static Optional<CircuitAddress> of(Multiaddr address) {
        Multiaddr place = address.withoutPeerId();
        List<Multiaddr.Component> components = place.components();
        long circuits = components.stream()
                .filter(component -> component.protocol() == MultiaddrProtocol.P2P_CIRCUIT)
                .count();
        if (circuits != 1 || components.get(components.size() - 1).protocol() != MultiaddrProtocol.P2P_CIRCUIT) {
            return Optional.empty();
        }
        Multiaddr relay = place.decapsulate(CIRCUIT);
        return relay.peerId().map(peerId -> new CircuitAddress(relay.withoutPeerId(), peerId));
    }

    /** What is to be dialled for the relay: its address if there is one. */
    List<Multiaddr> dialled() {
        return relayAddress.isEmpty() ? List.of() : List.of(relayAddress);
    }

    Multiaddr toMultiaddr() {
        return relayAddress.withPeerId(relay).encapsulate(CIRCUIT);
    }
}
