package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import dev.flotilla.transport.PeerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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
}
