package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocalPeersTest {
    private static final Multiaddr BEFORE = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");
    private static final Multiaddr NOW = Multiaddr.parse("/ip4/192.0.2.2/tcp/2");

    private final AddressBook book = AddressBook.inMemory();
    private final PeerId known = PrivateKey.generate().peerId();
    private final PeerId member = PrivateKey.generate().peerId();
    private final PeerId stranger = PrivateKey.generate().peerId();
    private final LocalPeers peers = new LocalPeers(book, member::equals);

    @Test
    void remembersMembersAndWhomTheBookKnows() {
        book.addSeen(known, List.of(BEFORE));
        peers.found(known, List.of(NOW));
        peers.found(member, List.of(NOW));
        peers.found(stranger, List.of(NOW));
        assertThat(book.addresses(known)).containsExactlyInAnyOrder(BEFORE, NOW);
        assertThat(book.addresses(member)).containsExactly(NOW);
        assertThat(book.peers()).doesNotContain(stranger);
    }

    @Test
    void tellsWhatIsNewButNotWithoutEnd() {
        long now = System.nanoTime();
        assertThat(peers.isWorthALine(Set.of(BEFORE), List.of(BEFORE), now)).isFalse();
        assertThat(peers.isWorthALine(Set.of(BEFORE), List.of(BEFORE, NOW), now))
                .isTrue();
        long lines = IntStream.range(0, 1000)
                .filter(i -> peers.isWorthALine(Set.of(), List.of(NOW), now))
                .count();
        assertThat(lines).isLessThan(100);
    }
}
