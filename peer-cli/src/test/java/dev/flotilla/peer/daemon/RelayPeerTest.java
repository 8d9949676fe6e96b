package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import dev.flotilla.transport.PeerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RelayPeerTest {
    @Test
    void theMembersOfARelayGetInHoweverManyStrangersAreThere(@TempDir Path parent) throws Exception {
        PeerId member = PrivateKey.generate().peerId();
        PeerId stranger = PrivateKey.generate().peerId();
        PeerDirectory directory = new PeerDirectory(parent);
        directory.initialise();
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.among(member::equals));
        try (RelayPeer relay = RelayPeer.start(directory, List.of(), null, service, Set.of(member))) {
            assertThat(relay.isProtected(member)).isTrue();
            assertThat(relay.isProtected(stranger)).isFalse();
        }
    }

    @Test
    void aPeerThatCanBeReachedNowhereTakesAPlaceAtItsFallback(@TempDir Path parent) throws Exception {
        PeerDirectory directory = new PeerDirectory(parent.resolve("relay"));
        directory.initialise();
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        try (RelayPeer relay = RelayPeer.start(directory, List.of(), null, service, Set.of())) {
            List<Multiaddr> places = relay.addresses().stream()
                    .map(address -> address.encapsulate(Multiaddr.parse("/p2p-circuit")))
                    .toList();
            DaemonSettings settings = DaemonSettings.of(new PeerDirectory(parent.resolve("peer")));
            NetworkSettings network = NetworkSettings.defaults().withAutonat(true, places);
            try (Daemon peer = Daemon.start(settings.withNetwork(network))) {
                PeerId id = peer.addresses().get(0).peerId().orElseThrow();
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                while (service.reservations() == 0 && System.nanoTime() - deadline < 0) {
                    LockSupport.parkNanos(1_000_000);
                }
                assertThat(service.reservations()).as("places of " + id).isEqualTo(1);
            }
        }
    }
}
