package dev.flotilla.libp2p.dcutr;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.dcutr.pb.HolePunch;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts on loopback that met over a relay; NATs stand between them in {@code integration-tests}. */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@ValueSource(strings = {"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"})
class DcutrTest {
    private static final HostConfig QUICK = HostConfig.defaults().withDuplicateGrace(Duration.ofMillis(100));

    private final Hosts hosts;

    DcutrTest(String listen) {
        hosts = new Hosts(new Way(Multiaddr.parse(listen), List.of(), Way.DEFAULT.expected()));
    }

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
        Random random = new Random(17);
        Host dialer = hosts.start(new Dcutr());
        Host listener = hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen(), place(relay)));
        for (int i = 0; i < 20; i++) {
            Connection accepted = accepted(relay, dialer, listener);
            Stream stream = await(accepted.newStream(Dcutr.PROTOCOL, Dcutr.LIMITED_TOO));
            byte[] junk = new byte[1 + random.nextInt(40)];
            random.nextBytes(junk);
            junk[0] = (byte) (junk.length - 1);
            stream.write(junk);
            stream.finish();
            await(stream.closed());
            Stream early = await(accepted.newStream(Dcutr.PROTOCOL, Dcutr.LIMITED_TOO));
            Dcutr.write(early, HolePunch.Type.SYNC, List.of());
            await(early.closed());
            assertThat(accepted.isOpen()).isTrue();
            await(accepted.close());
            awaitUntil("it is over", () -> dialer.connections(listener.peerId()).isEmpty());
        }
    }

    /** The listener's side of a connection that {@code dialer} made to it over {@code relay}. */
    private static Connection accepted(Host relay, Host dialer, Host listener) {
        await(dialer.connect(listener.peerId(), List.of(place(relay))));
        awaitUntil("it is there", () -> !listener.connections(dialer.peerId()).isEmpty());
        return listener.connections(dialer.peerId()).get(0);
    }

    private static boolean isAnswered(Connection connection) {
        Stream stream = await(connection.newStream(Dcutr.PROTOCOL, Dcutr.LIMITED_TOO));
        Dcutr.write(stream, HolePunch.Type.CONNECT, List.of());
        boolean answered = Dcutr.read(stream, HolePunch.Type.CONNECT)
                .handle((answer, failure) -> failure == null)
                .join();
        stream.reset();
        await(stream.closed());
        return answered;
    }

    @Test
    void aRelayedConnectionIsGoodForThreeAnswers() {
        Host dialer = hosts.start(new Dcutr());
        Host relay = relay();
        Host listener = hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen(), place(relay)));
        Connection accepted = accepted(relay, dialer, listener);
        int answers = 0;
        for (int i = 0; i < 20; i++) {
            if (isAnswered(accepted)) {
                answers++;
            }
        }
        assertThat(answers).isBetween(1, 3); // one that comes before the last is over gets none
    }

    @Test
    void whoDialledIsNotAnswered() {
        Host relay = relay();
        Host dialer = hosts.start();
        Host listener = listening(relay, new Dcutr());
        Connection relayed = await(dialer.connect(listener.peerId(), List.of(place(relay))));
        assertThat(isAnswered(relayed)).isFalse();
    }

    @Test
    void whatAPeerTellsLaterBeginsNoOtherEffort() {
        Host relay = relay();
        Host dialer = hosts.start();
        List<Multiaddr> asked = new CopyOnWriteArrayList<>();
        Host listener = listening(relay, new Dcutr(address -> {
            asked.add(address);
            return false;
        }));
        List<Multiaddr> told = new CopyOnWriteArrayList<>();
        listener.addListener(new ConnectionListener() {
            @Override
            public void identified(Connection connection) {
                told.addAll(connection.peerInfo().orElseThrow().listenAddresses());
            }
        });
        await(dialer.connect(listener.peerId(), List.of(place(relay))));
        Multiaddr first = dialer.listenAddresses().get(0);
        awaitUntil("it is identified", () -> told.contains(first));
        Multiaddr later = Multiaddr.parse("/ip4/198.51.100.1/tcp/4001");
        dialer.advertise("a test", List.of(later));
        awaitUntil("it is pushed", () -> told.contains(later));
        assertThat(asked).contains(first).doesNotContain(later);
    }

    @Test
    void anAddressThatFailedAMomentAgoIsNotDialled() {
        PrivateKey identity = PrivateKey.generate();
        Host before = hosts.start(identity, QUICK, hosts.listen());
        Multiaddr address = before.listenAddresses().get(0);
        before.close();
        Host relay = relay();
        Host listener = hosts.start(PrivateKey.generate(), QUICK, List.of(hosts.listen(), place(relay)));
        for (int i = 0; i < 10; i++) { // each makes the pause longer
            assertThatThrownBy(() -> await(listener.connect(
                            identity.peerId(),
                            List.of(address),
                            DialOptions.defaults().withBackoffIgnored())))
                    .hasMessageContaining("refused");
        }
        Host dialer = hosts.start(identity, QUICK, address);
        await(dialer.connect(listener.peerId(), List.of(place(relay))));
        awaitUntil("it is identified", () -> listener.connections(identity.peerId()).stream()
                .anyMatch(connection -> connection.peerInfo().isPresent()));
        Connection relayed = listener.connections(identity.peerId()).get(0);
        assertThatThrownBy(() ->
                        await(new PunchAttempt(listener, relayed, new PunchAddresses(listener, any -> true)).run()))
                .hasMessageContaining("does not speak");
    }

    @Test
    void privateAddressesAreNotTold() {
        assertThat(PunchAddresses.isPublic(Multiaddr.parse("/ip4/8.8.8.8/tcp/1")))
                .isTrue();
        assertThat(PunchAddresses.isPublic(Multiaddr.parse("/ip6/2001:4860::1/tcp/1")))
                .isTrue();
        assertThat(PunchAddresses.isPublic(Multiaddr.parse("/ip4/100.128.0.1/tcp/1")))
                .isTrue();
        for (String text : List.of(
                "/ip4/127.0.0.1/tcp/1",
                "/ip4/10.0.0.1/tcp/1",
                "/ip4/192.168.1.1/tcp/1",
                "/ip4/169.254.0.1/tcp/1",
                "/ip4/0.0.0.0/tcp/1",
                "/ip4/0.1.2.3/tcp/1",
                "/ip4/100.64.0.1/tcp/1",
                "/ip4/100.127.255.1/tcp/1",
                "/ip4/224.0.0.251/tcp/1",
                "/ip4/240.0.0.1/tcp/1",
                "/ip4/255.255.255.255/tcp/1",
                "/ip6/64:ff9b::7f00:1/tcp/1",
                "/ip6/ff02::1/tcp/1",
                "/ip6/::1/tcp/1",
                "/ip6/fe80::1/tcp/1",
                "/ip6/fd00::1/tcp/1",
                "/dns/example.com/tcp/1")) {
            assertThat(PunchAddresses.isPublic(Multiaddr.parse(text))).as(text).isFalse();
        }
    }
}
