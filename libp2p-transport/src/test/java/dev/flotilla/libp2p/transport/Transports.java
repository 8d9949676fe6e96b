package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Transports on real hosts on loopback, closed together. */
final class Transports implements AutoCloseable {
    static final Multiaddr ANY_PORT = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");
    private static final TransportConfig QUICK =
            TransportConfig.defaults().withRedialDelays(Duration.ofMillis(10), Duration.ofMillis(200));

    private final List<Peer> peers = new ArrayList<>();
    private final List<Host> relays = new ArrayList<>();
    private final Multiaddr listen;

    Transports() {
        this(ANY_PORT);
    }

    /** @param listen where those listen that are told nothing else */
    Transports(Multiaddr listen) {
        this.listen = listen;
    }

    /** One peer: what it is made of, and its parts. */
    record Peer(PrivateKey identity, Host host, AddressBook book, Libp2pTransport transport) {
        Multiaddr address() {
            return host.listenAddresses().get(0);
        }

        /** Tells this peer where {@code other} is. */
        void knows(Peer other) {
            book.addSeen(other.host.peerId(), other.host.listenAddresses());
        }

        void close() {
            transport.close();
            host.close();
        }
    }

    Peer start() throws Exception {
        return start(PrivateKey.generate(), listen, AddressBook.inMemory(), QUICK);
    }

    Peer start(TransportConfig config) throws Exception {
        return start(PrivateKey.generate(), listen, AddressBook.inMemory(), config);
    }

    Peer start(PrivateKey identity, Multiaddr listen, AddressBook book) throws Exception {
        return start(identity, listen, book, QUICK);
    }

    private Peer start(PrivateKey identity, Multiaddr listen, AddressBook book, TransportConfig config)
            throws Exception {
        return start(identity, List.of(listen), book, config);
    }

    Peer startAt(Multiaddr... listen) throws Exception {
        return start(PrivateKey.generate(), List.of(listen), AddressBook.inMemory(), QUICK);
    }

    private Peer start(PrivateKey identity, List<Multiaddr> listen, AddressBook book, TransportConfig config)
            throws Exception {
        Host host = Host.builder(identity)
                .listen(listen)
                .service(new Identify())
                .config(HostConfig.defaults().withDialTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(2)))
                .build();
        Peer peer = new Peer(identity, host, book, Libp2pTransport.start(host, book, config));
        peers.add(peer);
        host.start().get(20, TimeUnit.SECONDS);
        return peer;
    }

    /** Where to listen at a new relay. */
    Multiaddr placeAtARelay(RelayLimits limits) throws Exception {
        PrivateKey identity = PrivateKey.generate();
        Host relay = Host.builder(identity)
                .listen(ANY_PORT)
                .service(new Identify())
                .service(new RelayService(limits, RelayAcl.all()))
                .build();
        relays.add(relay);
        relay.start().get(20, TimeUnit.SECONDS);
        return relay.listenAddresses()
                .get(0)
                .withPeerId(identity.peerId())
                .encapsulate(Multiaddr.parse("/p2p-circuit"));
    }

    /** A relay and {@code count} peers that can be reached over it alone. */
    List<Peer> startBehindARelay(int count, RelayLimits limits) throws Exception {
        Multiaddr place = placeAtARelay(limits);
        List<Peer> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(start(PrivateKey.generate(), place, AddressBook.inMemory(), QUICK));
        }
        made.forEach(one -> made.forEach(one::knows));
        return made;
    }

    /** Peers that know each other's addresses. */
    List<Peer> startAcquainted(int count) throws Exception {
        List<Peer> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(start());
        }
        made.forEach(one -> made.forEach(one::knows));
        return made;
    }

    @Override
    public void close() {
        peers.forEach(Peer::close);
        relays.forEach(Host::close);
    }
}
