package dev.flotilla.libp2p.transport;

import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.contract.PeerTransportContract;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract of every transport, over a relay without limits; and what becomes of one with limits. */
class RelayedTransportContractTest extends PeerTransportContract {
    private final Transports peers = new Transports();

    @Override
    protected List<? extends PeerTransport> transports(int count) throws Exception {
        return peers.startBehindARelay(count, RelayLimits.ofSwarm()).stream()
                .map(Transports.Peer::transport)
                .toList();
    }

    @AfterEach
    void closeHosts() {
        peers.close();
    }

    @Test
    void aLimitedConnectionIsNoneAndItIsSaidWhy() throws Exception {
        List<Transports.Peer> made = peers.startBehindARelay(2, RelayLimits.defaults());
        Transports.Peer one = made.get(0);
        PeerId other = made.get(1).host().peerId();
        Queue<String> reasons = new ConcurrentLinkedQueue<>();
        Queue<PeerId> connected = new ConcurrentLinkedQueue<>();
        one.transport().connectivity(new PeerTransport.ConnectivityListener() {
            @Override
            public void connected(PeerId peer) {
                connected.add(peer);
            }

            @Override
            public void lost(PeerId peer, boolean closedByPeer) {}

            @Override
            public void unreachable(PeerId peer, String reason, boolean refused) {
                reasons.add(reason);
            }
        });
        one.transport().keepConnected(Set.of(other));
        awaitUntil("it is said", () -> reasons.stream().anyMatch(reason -> reason.contains("a relay without limits")));
        assertThat(connected).doesNotContain(other);
        assertThat(one.host().connections(other)).hasSize(1);
        assertThat(one.transport().connect(other, Lane.CONTROL).trySend(Bytes.utf8("no")))
                .isFalse();
    }

    @Test
    void aRelayWithoutLimitsIsFoundBesideOneWithThem() throws Exception {
        Multiaddr limited = peers.placeAtARelay(RelayLimits.defaults());
        Multiaddr unlimited = peers.placeAtARelay(RelayLimits.ofSwarm());
        Transports.Peer one = peers.start();
        Transports.Peer other = peers.startAt(limited, unlimited);
        PeerId wanted = other.host().peerId();
        one.book().addSeen(wanted, List.of(limited)); // the other's place is told over the limited connection
        one.transport().keepConnected(Set.of(wanted));
        awaitUntil("frames can be sent", () -> one.host().connections(wanted).stream()
                .anyMatch(connection -> !connection.isLimited()));
    }
}
