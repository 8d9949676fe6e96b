package dev.flotilla.libp2p.identify;

import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.record.PeerRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What changes at a host reaches the peers that know it already. */
@ExtendWith(NoLeaks.class)
class IdentifyPushTest {
    private static final Multiaddr OUTSIDE = Multiaddr.parse("/ip4/198.51.100.1/tcp/4001");

    private final Hosts hosts = new Hosts();
    private final Host changing = hosts.start();
    private final Host peer = hosts.start();

    @AfterEach
    void close() {
        hosts.close();
    }

    private Connection identified() {
        Connection connection = connect(peer, changing);
        awaitUntil("the peer knows", () -> connection.peerInfo().isPresent());
        awaitUntil("and the other way round", () -> changing.connections().stream()
                .anyMatch(each -> each.peerInfo().isPresent()));
        return connection;
    }

    private static PeerRecord record(Connection connection) {
        PeerInfo info = connection.peerInfo().orElseThrow();
        return PeerRecord.open(info.signedPeerRecord().toByteArray());
    }

    @Test
    void newAddressesArePushedWithANewerRecord() {
        Connection connection = identified();
        PeerRecord before = record(connection);
        assertThat(before.peerId()).isEqualTo(changing.peerId());
        assertThat(before.addresses()).isEqualTo(changing.listenAddresses());
        changing.advertise("a test", List.of(OUTSIDE));
        assertThat(changing.reachableAddresses()).contains(OUTSIDE).containsAll(changing.listenAddresses());
        awaitUntil(
                "it is pushed",
                () -> connection.peerInfo().orElseThrow().listenAddresses().contains(OUTSIDE));
        assertThat(record(connection).addresses()).contains(OUTSIDE);
        assertThat(record(connection).seq()).isGreaterThan(before.seq());
        changing.advertise("a test", List.of());
        awaitUntil(
                "it is withdrawn",
                () -> !connection.peerInfo().orElseThrow().listenAddresses().contains(OUTSIDE));
    }

    @Test
    void manyChangesAreOnePush() {
        Connection connection = identified();
        AtomicInteger pushes = new AtomicInteger();
        peer.addListener(new ConnectionListener() {
            @Override
            public void identified(Connection changed) {
                pushes.incrementAndGet();
            }
        });
        for (int i = 0; i < 100; i++) {
            changing.handle(new ProtocolId("/new/" + i), Stream::reset);
        }
        awaitUntil(
                "the last is known",
                () -> connection.peerInfo().orElseThrow().protocols().contains("/new/99"));
        assertThat(pushes.get()).isLessThan(10);
    }

    @Test
    void aRecordOfManyAddressesFitsAMessage() {
        List<Multiaddr> many = new ArrayList<>();
        for (int port = 1; port <= 1000; port++) {
            many.add(Multiaddr.parse("/ip4/198.51.100.1/tcp/" + port));
        }
        byte[] envelope = new OwnRecord(changing.identity(), () -> 7).of(many);
        assertThat(envelope.length).isBetween(2000, 3900);
        assertThat(PeerRecord.open(envelope).addresses()).isNotEmpty().isSubsetOf(many);
        assertThat(PeerRecord.open(envelope).seq()).isEqualTo(7);
    }
}
