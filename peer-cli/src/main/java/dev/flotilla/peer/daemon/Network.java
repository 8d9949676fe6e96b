package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.List;

/** What the operations need to know of this peer and where others are. */
interface Network {
    PeerId peerId();

    PeerCredentials credentials();

    /** Where this peer can be reached, each address with its peer id. */
    List<Multiaddr> ownAddresses();

    /** Where {@code peer} was last known to be, without the peer id; this peer's own addresses too. */
    List<String> addressesOf(PeerId peer);

    /** Remembers where the members that a ticket names can be reached; what is no multiaddr is left out. */
    void learn(List<Ticket.Contact> contacts) throws IOException;
}
