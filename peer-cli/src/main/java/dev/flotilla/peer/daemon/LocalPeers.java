package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.limits.TokenBucket;
import dev.flotilla.libp2p.mdns.Mdns;
import dev.flotilla.peer.control.PrintableText;
import dev.flotilla.transport.PeerId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers where in the local network those peers are that matter to this one: whom the address book knows already, and
 * the members of its communities. Strangers, of whom anybody can make up any number, leave no trace; new addresses, of which
 * there are as many, fill neither the log nor the book: a few IP addresses a peer, where nobody else's has to go. The
 * discovery's thread only.
 */
final class LocalPeers implements Mdns.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPeers.class);
    private static final double LINES_PER_SECOND = 0.1;
    private static final int LINES_BURST = 32;

    private static final int ADDRESSES_BURST = 4; // of a peer
    private static final double ADDRESSES_PER_SECOND = 1.0 / 600; // of a peer: it may move to another network
    private static final int PEERS_MAX = 1024; // that have used some of theirs up

    private final AddressBook book;
    private final Map<PeerId, TokenBucket> rates = new LinkedHashMap<>(); // size <= PEERS_MAX; the oldest first
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
        long now = System.nanoTime();
        Set<Multiaddr> before = new HashSet<>(book.addresses(peer));
        addresses.stream()
                .filter(address -> address.ipAddress().isPresent() && !before.contains(address.withoutPeerId()))
                .limit(ADDRESSES_BURST)
                .filter(address -> rate(peer, now).take(now))
                .forEach(address -> book.addIfRoom(peer, address));
        if (isWorthALine(before, book.addresses(peer), now)) {
            LOG.info(
                    "found {} in the local network at {}",
                    peer.shortText(),
                    PrintableText.ofLine(addresses.toString()));
        }
    }

    private TokenBucket rate(PeerId peer, long nowNanos) {
        TokenBucket rate =
                rates.computeIfAbsent(peer, key -> new TokenBucket(ADDRESSES_PER_SECOND, ADDRESSES_BURST, nowNanos));
        if (rates.size() > PEERS_MAX) {
            rates.remove(rates.keySet().iterator().next());
        }
        return rate;
    }

    /** Whether something is new, and not too much was of late. */
    boolean isWorthALine(Set<Multiaddr> before, List<Multiaddr> now, long nowNanos) {
        return !before.containsAll(now) && lines.take(nowNanos);
    }
}
