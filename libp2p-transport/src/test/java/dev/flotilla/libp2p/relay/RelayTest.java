package dev.flotilla.libp2p.relay;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionGater;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamOptions;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.libp2p.relay.RelayCounters.Event;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A relay, a peer with a place at it, and one that dials it there, whatever carries and secures their connections. */
@ParameterizedClass
@MethodSource("dev.flotilla.libp2p.Way#all")
@ExtendWith(NoLeaks.class)
class RelayTest {
    private static final Duration SECONDS_5 = Duration.ofSeconds(5);

    @Parameter
    private Way way = Way.DEFAULT;

    private Hosts hosts = new Hosts();

    @BeforeEach
    void chooseTheWay() {
        hosts = new Hosts(way);
    }

    @AfterEach
    void close() {
        hosts.close();
    }

    /** A host that can be reached at {@code relay} alone. */
    private Host behind(Host relay) {
        return behind(relay.listenAddresses().get(0).withPeerId(relay.peerId()));
    }

    private Host behind(Multiaddr relay) {
        return hosts.start(
                PrivateKey.generate(),
                HostConfig.defaults(),
                List.of(relay.encapsulate(Multiaddr.parse("/p2p-circuit"))));
    }

    private static RelayService swarmRelay() {
        return new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
    }

    private static byte[] echo(Stream stream, byte[] sent) {
        CompletableFuture<byte[]> received = stream.readToEnd(sent.length);
        stream.write(sent.clone());
        stream.finish();
        return await(received);
    }

    /** Who is behind a relay is judged as anybody, by its own name. */
    @Test
    void theConnectionGaterDecidesOverRelaysToo() {
        Host relay = hosts.start(swarmRelay());
        Multiaddr place =
                relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
        Host refused = hosts.start();
        List<Multiaddr> asked = new CopyOnWriteArrayList<>();
        Host listener = hosts.startWith(builder -> builder.listen(place).connectionGater(new ConnectionGater() {
            @Override
            public boolean interceptSecured(Direction direction, PeerId peer, Multiaddr remoteAddress) {
                asked.add(remoteAddress);
                return !peer.equals(refused.peerId());
            }
        }));
        Host welcome = hosts.start();
        assertThat(await(welcome.connect(listener.peerId(), List.of(place))).isRelayed())
                .isTrue();
        assertThat(await(Ping.ping(welcome, listener.peerId(), SECONDS_5))).isPositive();
        refused.connect(listener.peerId(), List.of(place)); // may seem to succeed, until the listener has looked
        awaitUntil("it is gated", () -> listener.counters().get(HostCounters.Event.GATED) == 1);
        awaitUntil("it is gone", () -> refused.connections(listener.peerId()).isEmpty());
        assertThat(listener.connections(refused.peerId())).isEmpty();
        assertThat(asked).anyMatch(address -> address.has(MultiaddrProtocol.P2P_CIRCUIT));
        Host dialler = hosts.startWith(builder -> builder.connectionGater(new ConnectionGater() {
            @Override
            public boolean interceptAddrDial(PeerId peer, Multiaddr address) {
                return !address.has(MultiaddrProtocol.P2P_CIRCUIT);
            }
        }));
        assertThatThrownBy(() -> await(dialler.connect(listener.peerId(), List.of(place))))
                .hasMessageContaining("interceptAddrDial");
    }

    /** The circuit within is ciphered by the key as well: the relay itself must have it only to be reached. */
    @Test
    void aPrivateNetworkReachesOverItsRelay() {
        Assumptions.assumeThat(way.listen().has(MultiaddrProtocol.QUIC_V1)).isFalse();
        PreSharedKey key = PreSharedKey.generate();
        Host relay = hosts.startWith(builder -> builder.privateNetwork(key).service(swarmRelay()));
        Multiaddr place =
                relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
        Host listener = hosts.startWith(builder -> builder.privateNetwork(key).listen(place));
        Host dialler = hosts.startWith(builder -> builder.privateNetwork(key));
        assertThat(await(dialler.connect(listener.peerId(), List.of(place))).isRelayed())
                .isTrue();
        byte[] sent = new byte[100_000];
        new Random(5).nextBytes(sent);
        assertThat(echo(await(dialler.newStream(listener.peerId(), Echo.PROTOCOL)), sent))
                .isEqualTo(sent);
        Host stranger = hosts.start();
        assertThatThrownBy(() -> await(stranger.connect(listener.peerId(), List.of(place))))
                .hasMessageContaining("pre-shared key");
    }

    @Test
    void peersTalkOverARelay() {
        RelayService service = swarmRelay();
        Host relay = hosts.start(service);
        Host listener = behind(relay);
        assertThat(listener.listenAddresses())
                .containsExactly(relay.listenAddresses()
                        .get(0)
                        .withPeerId(relay.peerId())
                        .encapsulate(Multiaddr.parse("/p2p-circuit")));
        assertThat(service.reservations()).isEqualTo(1);
        Host dialer = hosts.start();
        Connection out = connect(dialer, listener);
        assertThat(out.remotePeerId()).isEqualTo(listener.peerId());
        assertThat(out.isRelayed()).isTrue();
        assertThat(out.isLimited()).isFalse();
        assertThat(out.state().transport()).isEqualTo("relay");
        assertThat(out.remoteAddress()).isEqualTo(listener.listenAddresses().get(0));
        awaitUntil("the listener has it", () -> !listener.connections(dialer.peerId())
                .isEmpty());
        Connection in = listener.connections(dialer.peerId()).get(0);
        assertThat(in.direction()).isEqualTo(Direction.INBOUND);
        assertThat(in.isRelayed()).isTrue();
        assertThat(in.remotePeerId()).isEqualTo(dialer.peerId());

        assertThat(await(Ping.ping(dialer, listener.peerId(), SECONDS_5))).isPositive();
        assertThat(await(Ping.ping(listener, dialer.peerId(), SECONDS_5))).isPositive();
        byte[] sent = new byte[1 << 20];
        new Random(1).nextBytes(sent);
        assertThat(Arrays.equals(echo(await(out.newStream(Echo.PROTOCOL)), sent), sent))
                .isTrue();
        assertThat(service.counters().get(Event.BYTE_RELAYED)).isGreaterThan(2L * sent.length);
        assertThat(service.circuits()).isEqualTo(1);
        await(out.close());
        await(in.closed());
        awaitUntil("the circuit is gone", () -> service.circuits() == 0);
        assertThat(service.counters().get(Event.CIRCUIT_CLOSED)).isEqualTo(1);
    }

    @Test
    void identifyTellsTheCircuitAndNotTheRelaysSocket() {
        Host relay = hosts.start(swarmRelay());
        Host listener = behind(relay);
        Host dialer = hosts.start();
        Connection out = connect(dialer, listener);
        assertThat(await(Identify.identify(dialer, out)).observedAddress()).isNull();
        assertThat(await(Identify.identify(dialer, out)).listenAddresses()).isEqualTo(listener.listenAddresses());
        Connection in = listener.connections(dialer.peerId()).get(0);
        assertThat(await(Identify.identify(listener, in)).observedAddress()).isNull();
    }

    @Test
    void limitedConnectionsCarryWhatIsMeantForThemAlone() {
        RelayService service = new RelayService(RelayLimits.defaults(), RelayAcl.all());
        Host relay = hosts.start(service);
        Host listener = behind(relay);
        Host dialer = hosts.start();
        Connection out = connect(dialer, listener);
        assertThat(out.isLimited()).isTrue();
        assertThat(await(Ping.ping(dialer, listener.peerId(), SECONDS_5))).isPositive();
        awaitUntil("both are known", () -> out.peerInfo().isPresent());
        Connection in = listener.connections(dialer.peerId()).get(0);
        assertThat(in.isLimited()).isTrue();
        assertThatThrownBy(() -> await(out.newStream(Echo.PROTOCOL))).hasMessageContaining("limits the connection");
        assertThatThrownBy(() -> await(dialer.newStream(listener.peerId(), Echo.PROTOCOL)))
                .hasMessageContaining("limits the connection");
        assertThatThrownBy(() -> await(
                        out.newStream(Echo.PROTOCOL, StreamOptions.defaults().withLimitedAllowed())))
                .as("the other side does not offer it either")
                .hasMessageContaining(Echo.PROTOCOL.value());
    }

    @Test
    void aDirectConnectionTakesThePlaceOfARelayedOne() {
        Host relay = hosts.start(swarmRelay());
        Host listener = hosts.start(
                PrivateKey.generate(),
                HostConfig.defaults().withDuplicateGrace(Duration.ofMillis(100)),
                List.of(
                        way.listen(),
                        relay.listenAddresses()
                                .get(0)
                                .withPeerId(relay.peerId())
                                .encapsulate(Multiaddr.parse("/p2p-circuit"))));
        Host dialer = hosts.start(HostConfig.defaults().withDuplicateGrace(Duration.ofMillis(100)));
        Multiaddr direct = listener.listenAddresses().get(0);
        Multiaddr relayed = listener.listenAddresses().get(1);
        Connection first = await(dialer.connect(listener.peerId(), List.of(relayed)));
        assertThat(first.isRelayed()).isTrue();
        Connection second = await(dialer.connect(
                listener.peerId(),
                List.of(relayed, direct),
                DialOptions.defaults().withDirectForced()));
        assertThat(second.isRelayed()).isFalse();
        assertThat(dialer.connections(listener.peerId()).get(0)).isSameAs(second);
        await(first.closed());
        assertThat(second.isOpen()).isTrue();
    }

    @Test
    void aPlaceIsRenewedAndOutlivesTheRelay() {
        RelayLimits brief = RelayLimits.ofSwarm().withReservationTtl(Duration.ofSeconds(2));
        RelayService service = new RelayService(brief, RelayAcl.all());
        PrivateKey identity = PrivateKey.generate();
        Host relay = hosts.start(identity, HostConfig.defaults(), List.of(way.listen()), service);
        Multiaddr address = relay.listenAddresses().get(0);
        Host listener = behind(relay);
        awaitUntil("it is renewed", () -> service.counters().get(Event.RENEWED) >= 2);
        assertThat(service.reservations()).isEqualTo(1);
        relay.close();
        awaitUntil("the place is lost", () -> listener.listenAddresses().isEmpty());

        RelayService again = swarmRelay();
        hosts.start(identity, HostConfig.defaults(), List.of(address), again);
        awaitUntil("there is a place again", () -> again.reservations() == 1);
        awaitUntil("it is told", () -> !listener.listenAddresses().isEmpty());
        assertThat(connect(hosts.start(), listener).isRelayed()).isTrue();
    }

    @Test
    void aPlaceIsForgottenWithItsConnection() {
        RelayService service = swarmRelay();
        Host relay = hosts.start(service);
        Host listener = behind(relay);
        assertThat(service.reservations()).isEqualTo(1);
        assertThat(relay.peerTags().value(listener.peerId()))
                .as("worth more than a stranger's")
                .isPositive();
        listener.close();
        awaitUntil("it is forgotten", () -> service.reservations() == 0);
        awaitUntil("so is its worth", () -> relay.peerTags().value(listener.peerId()) == 0);
    }

    @Test
    void aRelayIsProtectedWhileAPlaceAtItIsWanted() {
        Host relay = hosts.start(swarmRelay());
        Host listener = behind(relay);
        assertThat(listener.peerTags().isProtected(relay.peerId())).isTrue();
        Host dialer = hosts.start();
        connect(dialer, listener);
        assertThat(dialer.peerTags().isProtected(relay.peerId()))
                .as("by one who only dials over it")
                .isFalse();
        listener.close();
        assertThat(listener.peerTags().isProtected(relay.peerId())).isFalse();
    }

    @Test
    void aRelayThatIsAwayIsWaitedForAndThenThePlaceIsToldToThoseWhoAreConnected() {
        PrivateKey identity = PrivateKey.generate();
        Host relay = hosts.start(identity, HostConfig.defaults(), way.listen());
        Multiaddr address = relay.listenAddresses().get(0);
        relay.close();
        Multiaddr place = address.withPeerId(identity.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
        Host listener = hosts.start(PrivateKey.generate(), HostConfig.defaults(), List.of(way.listen(), place));
        assertThat(listener.listenAddresses()).hasSize(1);
        Host other = hosts.start();
        Connection connection = connect(other, listener);
        awaitUntil(
                "both are known",
                () -> connection.peerInfo().isPresent()
                        && listener.connections(other.peerId()).stream()
                                .anyMatch(each -> each.peerInfo().isPresent()));
        hosts.start(identity, HostConfig.defaults(), List.of(address), swarmRelay());
        awaitUntil("there is a place", () -> listener.listenAddresses().contains(place));
        awaitUntil(
                "it is told",
                () -> connection.peerInfo().orElseThrow().listenAddresses().contains(place));
    }

    @Test
    void saysWhyThereIsNoCircuit() {
        RelayService service = swarmRelay();
        Host relay = hosts.start(service);
        Host stranger = hosts.start();
        Host dialer = hosts.start();
        Multiaddr address =
                relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
        assertThatThrownBy(() -> await(dialer.connect(stranger.peerId(), List.of(address))))
                .hasMessageContaining("has no reservation")
                .hasMessageContaining("NO_RESERVATION");
        Host noRelay = hosts.start();
        assertThatThrownBy(() -> await(dialer.connect(
                        stranger.peerId(),
                        List.of(noRelay.listenAddresses()
                                .get(0)
                                .withPeerId(noRelay.peerId())
                                .encapsulate(Multiaddr.parse("/p2p-circuit"))))))
                .hasMessageContaining("/libp2p/circuit/relay/0.2.0/hop");
        assertThat(service.counters().get(Event.CIRCUIT_REFUSED)).isEqualTo(1);
    }
}
