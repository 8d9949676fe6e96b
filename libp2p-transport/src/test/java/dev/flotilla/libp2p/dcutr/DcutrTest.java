package dev.flotilla.libp2p.dcutr;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.dcutr.pb.HolePunch;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hosts on loopback that met over a relay; NATs stand between them in {@code integration-tests}. */
@ExtendWith(NoLeaks.class)
class DcutrTest {
    private static final HostConfig QUICK = HostConfig.defaults().withDuplicateGrace(Duration.ofMillis(100));

    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    private Host relay() {
        return hosts.start(new RelayService(RelayLimits.defaults(), RelayAcl.all()));
    }

    private static Multiaddr place(Host relay) {
        return relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
    }

    private Host listening(Host relay, Dcutr dcutr) {
        return hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen(), place(relay)), dcutr);
    }

    @Test
    void aRelayedConnectionIsReplacedByADirectOne() {
        Host relay = relay();
        Dcutr dcutr = new Dcutr(address -> true);
        Host listener = listening(relay, dcutr);
        Host dialer = hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen()), new Dcutr(address -> true));
        Connection relayed = await(dialer.connect(listener.peerId(), List.of(place(relay))));
        assertThat(relayed.isLimited()).isTrue();
        await(relayed.closed());
        awaitUntil("it is counted", () -> dcutr.upgraded() == 1);
        assertThat(dialer.connections(listener.peerId())).hasSize(1).noneMatch(Connection::isRelayed);
        assertThat(await(Ping.ping(dialer, listener.peerId(), Duration.ofSeconds(10))))
                .isPositive();
    }

    @Test
    void holesArePunchedWhereAnOrdinaryDialIsNot() {
        Host relay = relay();
        // the dialer tells no address by identify, but its observed ones by this protocol
        Host dialer = hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen()), new Dcutr(address -> true));
        boolean[] first = {true};
        Dcutr dcutr = new Dcutr(address -> {
            boolean ordinary = first[0]; // what identify told is asked about first
            first[0] = false;
            return !ordinary;
        });
        Host listener = listening(relay, dcutr);
        Connection relayed = await(dialer.connect(listener.peerId(), List.of(place(relay))));
        await(relayed.closed());
        awaitUntil("it is counted", () -> dcutr.upgraded() == 1);
        awaitUntil(
                "it alone is left", () -> listener.connections(dialer.peerId()).size() == 1);
        assertThat(listener.connections(dialer.peerId())).noneMatch(Connection::isRelayed);
    }

    @Test
    void withoutAnAddressTheRelayedConnectionStays() {
        Host relay = relay();
        Dcutr dcutr = new Dcutr(); // loopback is nothing to tell
        Host listener = listening(relay, dcutr);
        Host dialer = hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen()), new Dcutr());
        Connection relayed = await(dialer.connect(listener.peerId(), List.of(place(relay))));
        awaitUntil("it is known", () -> listener.connections(dialer.peerId()).stream()
                .anyMatch(connection -> connection.peerInfo().isPresent()));
        assertThat(relayed.isOpen()).isTrue();
        assertThat(dcutr.upgraded()).isZero();
    }

    @Test
    void aDialFromTheListenPortIsSeenThere() {
        Host a = hosts.start();
        Host b = hosts.start();
        Connection connection = await(a.connect(
                b.peerId(), b.listenAddresses(), DialOptions.defaults().withListenPort()));
        assertThat(connection.localAddress()).isEqualTo(a.listenAddresses().get(0));
        awaitUntil("b has it", () -> !b.connections().isEmpty());
        assertThat(b.connections().get(0).remoteAddress())
                .isEqualTo(a.listenAddresses().get(0));
        assertThatThrownBy(() -> hosts.start(
                        PrivateKey.generate(), QUICK, a.listenAddresses().get(0)))
                .as("the port is nobody else's all the same")
                .hasMessageContaining("cannot listen on");
    }

    @Test
    void theListenPortIsNoObstacleToDialAgainAtOnce() {
        Host a = hosts.start();
        Host b = hosts.start();
        DialOptions options = DialOptions.defaults().withListenPort().withBackoffIgnored();
        for (int i = 0; i < 5; i++) {
            Connection connection = await(a.connect(b.peerId(), b.listenAddresses(), options));
            await(connection.close());
        }
    }

    @Test
    void twoThatDialAtOnceHaveOneConnectionWhateverComesFirst() {
        for (int i = 0; i < 10; i++) {
            Host a = hosts.start();
            Host b = hosts.start();
            var toB = a.connect(
                    b.peerId(), b.listenAddresses(), DialOptions.defaults().withSimultaneousConnect(true));
            var toA = b.connect(
                    a.peerId(), a.listenAddresses(), DialOptions.defaults().withSimultaneousConnect(false));
            assertThat(await(toB).remotePeerId()).isEqualTo(b.peerId());
            assertThat(await(toA).remotePeerId()).isEqualTo(a.peerId());
        }
    }

    @Test
    void nonsenseIsRefused() {
        Host relay = relay();
        Host dialer = hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen()));
        Host listener = listening(relay, new Dcutr());
        Connection direct = await(dialer.connect(relay.peerId(), relay.listenAddresses()));
        assertThat(direct.isRelayed()).isFalse();
        Connection relayed = await(dialer.connect(listener.peerId(), List.of(place(relay))));
        Random random = new Random(17);
        for (int i = 0; i < 50; i++) {
            Stream stream = await(relayed.newStream(Dcutr.PROTOCOL, Dcutr.LIMITED_TOO));
            byte[] junk = new byte[1 + random.nextInt(40)];
            random.nextBytes(junk);
            junk[0] = (byte) (junk.length - 1);
            stream.write(junk);
            stream.finish();
            await(stream.closed());
        }
        Stream early = await(relayed.newStream(Dcutr.PROTOCOL, Dcutr.LIMITED_TOO));
        Dcutr.write(early, HolePunch.Type.SYNC, List.of());
        await(early.closed());
        assertThat(relayed.isOpen()).isTrue();
        assertThat(await(Ping.ping(dialer, listener.peerId(), Duration.ofSeconds(10))))
                .isPositive();
    }

    @Test
    void privateAddressesAreNotTold() {
        assertThat(PunchAddresses.isPublic(Multiaddr.parse("/ip4/8.8.8.8/tcp/1")))
                .isTrue();
        assertThat(PunchAddresses.isPublic(Multiaddr.parse("/ip6/2001:4860::1/tcp/1")))
                .isTrue();
        for (String text : List.of(
                "/ip4/127.0.0.1/tcp/1",
                "/ip4/10.0.0.1/tcp/1",
                "/ip4/192.168.1.1/tcp/1",
                "/ip4/169.254.0.1/tcp/1",
                "/ip4/0.0.0.0/tcp/1",
                "/ip6/::1/tcp/1",
                "/ip6/fe80::1/tcp/1",
                "/ip6/fd00::1/tcp/1",
                "/dns/example.com/tcp/1")) {
            assertThat(PunchAddresses.isPublic(Multiaddr.parse(text))).as(text).isFalse();
        }
    }
}
