package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.limits.TokenBucket;
import dev.flotilla.libp2p.mdns.Mdns;
import dev.flotilla.peer.control.PrintableText;
import dev.flotilla.transport.PeerId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers where in the local network those peers are that matter to this one: whom the address book knows already, and
 * the members of its communities. Strangers, of whom anybody can make up any number, leave no trace; nor do new addresses,
 * of which there are as many, fill the log. The discovery's thread only.
 */
final class LocalPeers implements Mdns.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPeers.class);
    private static final double LINES_PER_SECOND = 0.1;
    private static final int LINES_BURST = 32;

    private final AddressBook book;
    private final Predicate<PeerId> isMember;
    private final TokenBucket lines = new TokenBucket(LINES_PER_SECOND, LINES_BURST, System.nanoTime());

    /** @param isMember whether a peer shares a community with this one */
    LocalPeers(AddressBook book, Predicate<PeerId> isMember) {
        this.book = book;
        this.isMember = isMember;
    }

    @Override
    public void found(PeerId peer, List<Multiaddr> addresses) {
        if (!book.peers().contains(peer) && !isMember.test(peer)) {
            return;
        }
        Set<Multiaddr> before = new HashSet<>(book.addresses(peer));
        book.addSeen(peer, addresses);
        if (isWorthALine(before, book.addresses(peer), System.nanoTime())) {
            LOG.info(
                    "found {} in the local network at {}",
                    peer.shortText(),
                    PrintableText.ofLine(addresses.toString()));
        }
    }

    /** Whether something is new, and not too much was of late. */
    boolean isWorthALine(Set<Multiaddr> before, List<Multiaddr> now, long nowNanos) {
        return !before.containsAll(now) && lines.take(nowNanos);
    }
}
