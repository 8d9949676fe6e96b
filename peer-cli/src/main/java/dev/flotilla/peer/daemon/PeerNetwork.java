package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host and the address book as the operations see them. */
record PeerNetwork(Host host, AddressBook book, PeerCredentials credentials) implements Network {
    private static final Logger LOG = LoggerFactory.getLogger(PeerNetwork.class);

    @Override
    public PeerId peerId() {
        return host.peerId();
    }

    @Override
    public List<Multiaddr> ownAddresses() {
        return host.reachableAddresses().stream()
                .map(address -> address.withPeerId(host.peerId()))
                .toList();
    }

    @Override
    public List<String> addressesOf(PeerId peer) {
        List<Multiaddr> addresses = peer.equals(host.peerId()) ? host.reachableAddresses() : book.addresses(peer);
        return addresses.stream().map(Multiaddr::toString).toList();
    }

    @Override
    public void learn(List<Ticket.Contact> contacts) throws IOException {
        for (Ticket.Contact contact : contacts) {
            List<Multiaddr> addresses = new ArrayList<>();
            for (String text : contact.addresses()) {
                try {
                    addresses.add(Multiaddr.parse(text));
                } catch (IllegalArgumentException e) {
                    LOG.debug("address passed over: {}", e.getMessage()); // a newer peer may know more kinds
                }
            }
            book.addSeen(contact.peerId(), addresses);
        }
        book.save();
    }

    /** Remembers these peers and tries to connect to each once. */
    void dial(List<Multiaddr> peers) throws IOException {
        for (Multiaddr address : peers) {
            PeerId peer = address.peerId().orElseThrow();
            book.addSeen(peer, List.of(address));
            CompletableFuture<Connection> dial = host.connect(address);
            dial.thenAccept(connection -> LOG.info("connected to {}", address)).exceptionally(failure -> {
                LOG.warn("cannot reach {}: {}", address, failure.getMessage());
                return null;
            });
        }
        book.save();
    }
}
