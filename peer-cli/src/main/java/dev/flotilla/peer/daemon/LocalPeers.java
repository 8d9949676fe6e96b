package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.mdns.Mdns;
import dev.flotilla.peer.control.PrintableText;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers where in the local network those peers are that matter to this one: whom the address book knows already, and
 * the members of its communities. Strangers, of whom anybody can make up any number, leave no trace.
 *
 * @param isMember whether a peer shares a community with this one
 */
record LocalPeers(AddressBook book, Predicate<PeerId> isMember) implements Mdns.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPeers.class);

    @Override
    public void found(PeerId peer, List<Multiaddr> addresses) {
        if (!book.peers().contains(peer) && !isMember.test(peer)) {
            return;
        }
        if (!book.addresses(peer).containsAll(addresses)) {
            LOG.info(
                    "found {} in the local network at {}",
                    peer.shortText(),
                    PrintableText.ofLine(addresses.toString()));
        }
        book.addSeen(peer, addresses);
    }
}
