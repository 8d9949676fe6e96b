package dev.flotilla.libp2p.dcutr;

import static dev.flotilla.libp2p.Hosts.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.Way;
import dev.flotilla.transport.Bytes;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What peers say of a host's address, and what of it that host tells others to dial. */
@ExtendWith(NoLeaks.class)
class PunchAddressesTest {
    private static final Multiaddr SEEN = Multiaddr.parse("/ip4/198.51.100.1/tcp/4001");

    private final Hosts hosts = new Hosts();
    private final Host host = hosts.start();
    private final PunchAddresses addresses = new PunchAddresses(host, address -> true);

    @AfterEach
    void close() {
        hosts.close();
    }

    /** A connection to a new peer from the port that {@code host} listens on. */
    private Connection dialled() {
        Host peer = hosts.start();
        return await(host.connect(
                peer.peerId(), peer.listenAddresses(), DialOptions.defaults().withListenPort()));
    }

    /** The peer behind {@code connection} says that it sees {@code host} there. */
    private void say(Connection connection, Multiaddr observed) {
        Hosts.awaitUntil("it has told who it is", () -> connection.peerInfo().isPresent());
        host.identified(connection, new PeerInfo(List.of(), List.of(), observed, "", "", Bytes.EMPTY));
    }

    @Test
    void whereTheHostListensComesBeforeWhereItWasSeen() {
        say(dialled(), SEEN);
        assertThat(addresses.own()).startsWith(host.possibleAddresses().get(0)).endsWith(SEEN);
    }

    @Test
    void whoDialledThisHostIsNotBelieved() {
        Host stranger = hosts.start();
        await(stranger.connect(host.peerId(), host.listenAddresses()));
        Hosts.awaitUntil("it is here", () -> !host.connections().isEmpty());
        say(host.connections().get(0), SEEN);
        assertThat(addresses.own()).doesNotContain(SEEN);
    }

    @Test
    void onlyWhatATcpConnectionCanShowIsBelieved() {
        Connection connection = dialled();
        for (String other : List.of(
                "/ip4/198.51.100.1/udp/4001/quic-v1",
                "/ip4/198.51.100.1/tcp/4001/ws",
                "/dns4/victim.example/tcp/25",
                "/ip4/198.51.100.1")) {
            say(connection, Multiaddr.parse(other));
            assertThat(addresses.own()).as(other).isEqualTo(host.possibleAddresses());
        }
        say(connection, SEEN);
        assertThat(addresses.own()).contains(SEEN);
    }

    @Test
    void aConnectionByQuicShowsAnAddressOfQuic() {
        Multiaddr listen = Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1");
        try (Hosts byQuic = new Hosts(new Way(listen, List.of(), Way.DEFAULT.expected()))) {
            Host seen = byQuic.start();
            Host peer = byQuic.start();
            Connection connection = await(seen.connect(
                    peer.peerId(),
                    peer.listenAddresses(),
                    DialOptions.defaults().withListenPort()));
            Hosts.awaitUntil(
                    "it has told who it is", () -> connection.peerInfo().isPresent());
            PunchAddresses told = new PunchAddresses(seen, address -> true);
            seen.identified(connection, new PeerInfo(List.of(), List.of(), SEEN, "", "", Bytes.EMPTY));
            assertThat(told.own()).isEqualTo(seen.possibleAddresses());
            Multiaddr shown = Multiaddr.parse("/ip4/198.51.100.1/udp/4001/quic-v1");
            seen.identified(connection, new PeerInfo(List.of(), List.of(), shown, "", "", Bytes.EMPTY));
            assertThat(told.own()).endsWith(shown);
        }
    }
}
