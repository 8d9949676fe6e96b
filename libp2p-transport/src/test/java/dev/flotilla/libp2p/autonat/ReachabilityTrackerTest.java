package dev.flotilla.libp2p.autonat;

import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionGater;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.autonat.AutonatCounters.Event;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.record.PeerRecord;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A host that asks servers about its addresses, and what it tells others of them. */
@ExtendWith(NoLeaks.class)
class ReachabilityTrackerTest {
    private static final Multiaddr LOOPBACK = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");
    private static final ReachabilityConfig CONFIG =
            ReachabilityConfig.defaults().withPrivateAllowed().withTimes(Duration.ofMillis(300), Duration.ofMillis(1));

    private final Hosts hosts = new Hosts();
    private final List<AutoCloseable> others = new ArrayList<>();
    private final Autonat autonat = new Autonat();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable other : others) {
            other.close();
        }
        hosts.close();
    }

    /** A peer that dials back, by a host of its own. */
    private Host server() {
        Host dialer = Host.builder(PrivateKey.generate()).build();
        others.add(dialer);
        AutonatConfig often = AutonatConfig.defaults().withPrivateAllowed().withRequests(10_000, 10_000, 10_000);
        return hosts.start(new AutonatService(often, dialer));
    }

    private void track(Host host, ReachabilityConfig config) {
        others.add(ReachabilityTracker.start(host, autonat, config));
    }

    /** What {@code peer} was told by {@code host}. */
    private static PeerInfo told(Host peer, Host host) {
        return peer.connections(host.peerId()).stream()
                .findFirst() // none yet, perhaps: who was dialled has it a moment later
                .flatMap(Connection::peerInfo)
                .orElse(PeerInfo.UNKNOWN);
    }

    @Test
    void anAddressThatNobodyReachesIsToldToNobody() {
        Host host = hosts.start(autonat);
        Multiaddr own = host.listenAddresses().get(0);
        Multiaddr wrong = hosts.start().listenAddresses().get(0);
        host.advertise("test", List.of(wrong));
        Host witness = hosts.start();
        connect(host, witness);
        awaitUntil("it is told", () -> told(witness, host).listenAddresses().equals(List.of(own, wrong)));
        track(host, CONFIG);
        connect(host, server());
        connect(host, server());
        awaitUntil("it is found out", () -> host.reachableAddresses().equals(List.of(own)));
        awaitUntil("it is told", () -> told(witness, host).listenAddresses().equals(List.of(own)));
        byte[] record = told(witness, host).signedPeerRecord().toByteArray();
        assertThat(PeerRecord.open(record).addresses()).containsExactly(own);
        assertThat(host.possibleAddresses()).containsExactly(own, wrong);
    }

    @Test
    void whereOthersReachItComesFirst() {
        Host host = hosts.start(PrivateKey.generate(), HostConfig.defaults(), List.of(LOOPBACK), autonat);
        Multiaddr unasked = Multiaddr.parse("/dns4/localhost/tcp/1"); // no server looks it up
        host.advertise("a", List.of(unasked));
        Multiaddr second = Multiaddr.parse("/ip4/127.0.0.2/tcp/0");
        Hosts.await(host.listen(second));
        List<Multiaddr> listening = host.listenAddresses();
        host.confirm(List.of(listening.get(1)), List.of());
        assertThat(host.reachableAddresses()).containsExactly(listening.get(1), listening.get(0), unasked);
        host.confirm(List.of(unasked), List.of(listening.get(0)));
        assertThat(host.reachableAddresses()).containsExactly(unasked, listening.get(1));
        Hosts.await(host.unlisten(second));
        assertThat(host.listenAddresses()).containsExactly(listening.get(0));
    }

    @Test
    void oneServerAloneIsNotBelieved() {
        Host host = hosts.start(autonat);
        Multiaddr wrong = hosts.start().listenAddresses().get(0);
        host.advertise("test", List.of(wrong));
        Host dialer = Host.builder(PrivateKey.generate()).build();
        others.add(dialer);
        AutonatService service = new AutonatService(AutonatConfig.defaults().withPrivateAllowed(), dialer);
        connect(host, hosts.start(service));
        track(host, CONFIG);
        awaitUntil("it has asked time and again", () -> service.counters().get(Event.DIAL_FAILED) >= 3);
        assertThat(host.reachableAddresses()).contains(wrong);
    }

    @Test
    void anAddressThatComesToLeadHereIsToldAgain() {
        Host host = hosts.start(autonat);
        Host former = hosts.start();
        Multiaddr address = former.listenAddresses().get(0);
        host.advertise("test", List.of(address));
        track(host, CONFIG);
        connect(host, server());
        connect(host, server());
        awaitUntil("it is found out", () -> !host.reachableAddresses().contains(address));
        former.close();
        Hosts.await(host.listen(address));
        awaitUntil("it is found out", () -> host.reachableAddresses().contains(address));
    }

    @Test
    void addressesThatNoServerMayDialAreNotAskedAbout() {
        Host host = hosts.start(autonat);
        Host dialer = Host.builder(PrivateKey.generate()).build();
        others.add(dialer);
        AutonatService service = new AutonatService(AutonatConfig.defaults(), dialer);
        Connection server = connect(host, hosts.start(service));
        track(host, ReachabilityConfig.defaults().withTimes(Duration.ofMillis(20), Duration.ofMillis(1)));
        awaitUntil("it is known to be a server", () -> server.peerInfo()
                .filter(info -> info.protocols().contains(AutonatMessages.DIAL_REQUEST.value()))
                .isPresent());
        Hosts.await(autonat.probe(server, host.listenAddresses())); // comes behind any that was made before
        assertThat(service.counters().get(Event.DIAL_REFUSED))
                .as("but for this test's")
                .isEqualTo(1);
    }

    @Test
    void peersOfOnePublicNetworkHaveOneOpinionAndNearOnesEachTheirOwn() {
        assertThat(networkOf("/ip4/1.2.3.4/tcp/1")).isEqualTo(networkOf("/ip4/1.2.3.4/tcp/2"));
        assertThat(networkOf("/ip4/1.2.3.4/tcp/1")).isNotEqualTo(networkOf("/ip4/1.2.3.5/tcp/1"));
        assertThat(networkOf("/ip6/2600:1:2:3::1/tcp/1")).isEqualTo(networkOf("/ip6/2600:1:2:ff::2/tcp/1"));
        assertThat(networkOf("/ip6/2600:1:2:3::1/tcp/1")).isNotEqualTo(networkOf("/ip6/2600:1:3:3::1/tcp/1"));
        assertThat(networkOf("/ip4/10.0.0.1/tcp/1")).isNotEqualTo(networkOf("/ip4/10.0.0.1/tcp/1"));
    }

    /** Of one more peer there. */
    private static Object networkOf(String address) {
        PeerId peer = PrivateKey.generate().peerId();
        return ReachabilityTracker.networkOf(peer, Multiaddr.parse(address));
    }

    /** A host that seems to be behind a NAT as long as that is {@code shut}. */
    private Host behindNat(AtomicBoolean shut) {
        return hosts.startWith(builder -> builder.service(autonat).connectionGater(new ConnectionGater() {
            @Override
            public boolean interceptAccept(Multiaddr localAddress, Multiaddr remoteAddress) {
                return !shut.get() || remoteAddress.has(MultiaddrProtocol.P2P_CIRCUIT);
            }
        }));
    }

    @Test
    void aPlaceAtARelayIsTakenWhileNoAddressIsReachable() {
        Host relay = hosts.start(new RelayService(RelayLimits.ofSwarm(), RelayAcl.all()));
        Multiaddr place =
                relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
        List<Host> servers = List.of(server(), server());
        AtomicBoolean shut = new AtomicBoolean(true);
        Host host = behindNat(shut);
        Multiaddr own = host.listenAddresses().get(0);
        track(host, CONFIG.withRelays(List.of(place)));
        servers.forEach(server -> connect(host, server));
        awaitUntil("it is reachable at the relay alone", () -> host.reachableAddresses()
                .equals(List.of(place)));
        Host peer = hosts.start();
        assertThat(Hosts.await(peer.connect(host.peerId(), host.reachableAddresses()))
                        .isRelayed())
                .isTrue();
        shut.set(false);
        awaitUntil("it is reachable, and the relay is left", () -> host.reachableAddresses()
                .equals(List.of(own)));
    }
}
