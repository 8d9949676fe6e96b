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
    void takesAFewIpAddressesAPeerAndNobodysPlace() {
        List<Multiaddr> real = IntStream.rangeClosed(1, 16)
                .mapToObj(port -> Multiaddr.parse("/ip4/192.0.2.1/tcp/" + port))
                .toList();
        book.addSeen(known, real);
        peers.found(
                known, List.of(Multiaddr.parse("/dns4/made.up.example/tcp/1"), Multiaddr.parse("/dnsaddr/made.up")));
        assertThat(book.addresses(known)).as("no names").hasSize(16);
        for (int i = 0; i < 50; i++) {
            peers.found(known, List.of(madeUp(2 * i + 1), madeUp(2 * i + 2)));
            peers.found(member, List.of(madeUp(i + 1)));
        }
        assertThat(book.addresses(known)).hasSize(20).containsAll(real);
        assertThat(book.addresses(member)).hasSize(4);
    }

    private static Multiaddr madeUp(int port) {
        return Multiaddr.parse("/ip4/192.0.2.9/tcp/" + port);
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
