package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.limits.ConnectionLimits;
import dev.flotilla.libp2p.limits.Limit;
import dev.flotilla.libp2p.limits.Resource;
import dev.flotilla.libp2p.limits.ResourceLimitException;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.limits.StreamLimits;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A host has so much for others and no more, over every transport; who is protected gets it first. */
@ParameterizedClass
@MethodSource("dev.flotilla.libp2p.Way#all")
@ExtendWith(NoLeaks.class)
class ResourceLimitsTest {
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

    private static HostConfig with(ResourceLimits limits) {
        return HostConfig.defaults().withLimits(limits).withEventLoops(1);
    }

    private static HostConfig with(ConnectionLimits limits) {
        return with(ResourceLimits.defaults().withConnections(limits));
    }

    private static HostConfig with(StreamLimits limits) {
        return with(ResourceLimits.defaults().withStreams(limits));
    }

    private Host small() {
        return hosts.start(HostConfig.defaults().withEventLoops(1));
    }

    private static void assertPings(Host from, Host to) {
        assertThat(await(Ping.ping(from, to.peerId(), SECONDS_5))).isPositive();
    }

    @Test
    void aStrangerTooManyIsTurnedAwayAndTheOthersStay() {
        Host host = hosts.start(with(ConnectionLimits.of(new Limit(2, 2, 2)).withWaterMarks(2, 2, SECONDS_5)));
        Host first = small();
        Host second = small();
        connect(first, host);
        connect(second, host);
        awaitUntil("both are in", () -> host.connections().size() == 2);
        Host third = small();
        assertThatThrownBy(() -> connect(third, host)).hasMessageContaining("cannot reach");
        assertThat(host.counters().get(Event.REFUSED)).isPositive(); // QUIC tries more than once
        assertThat(host.counters().refusals(Resource.CONNECTIONS)).isPositive();
        assertPings(first, host);
        assertPings(second, host);
        await(first.connections().get(0).close());
        awaitUntil("there is room again", () -> host.connections().size() == 1);
        assertThatThrownBy(() -> connect(third, host)).hasMessageContaining("failed a moment ago");
        Host fourth = small();
        connect(fourth, host);
        assertPings(fourth, host);
    }

    @Test
    void handshakesOverARelayComeAtTheRateOfAll() {
        Host relay = hosts.start(new RelayService(RelayLimits.ofSwarm(), RelayAcl.all()));
        Multiaddr place =
                relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
        ResourceLimits limits = ResourceLimits.defaults();
        Host listener = hosts.start(
                PrivateKey.generate(),
                with(limits.withHandshakes(limits.handshakes().withRate(0.001, 2))),
                List.of(place));
        for (int i = 0; i < 2; i++) {
            assertThat(connect(hosts.start(), listener).isRelayed()).isTrue();
        }
        Host third = hosts.start();
        third.connect(listener.peerId(), listener.listenAddresses());
        awaitUntil("it is refused", () -> listener.counters().refusals(Resource.HANDSHAKES_A_SECOND) == 1);
        assertThat(listener.connections(third.peerId())).isEmpty();
    }

    @Test
    void whoDialsTooManyIsToldSo() {
        Host host = hosts.start(with(ConnectionLimits.of(new Limit(9, 1, 9))));
        connect(host, small());
        Host other = small();
        assertThatThrownBy(() -> connect(host, other))
                .hasMessageContaining("a limit of this side is reached: 1 outbound connections");
        assertThat(host.counters().refusals(Resource.OUTBOUND_CONNECTIONS)).isEqualTo(1);
    }

    @Test
    void aProtectedPeerGetsInWhereStrangersHaveTakenAllThereIs() {
        Host host = hosts.start(with(ConnectionLimits.of(new Limit(3, 3, 3)).withWaterMarks(3, 3, SECONDS_5)));
        Host member = small();
        host.peerTags().protect(member.peerId(), "test");
        List<Host> strangers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            strangers.add(small());
            connect(strangers.get(i), host);
        }
        awaitUntil("all strangers are in", () -> host.connections().size() == 3);
        Host fourth = small();
        fourth.connect(host.peerId(), host.listenAddresses());
        awaitUntil("one more is refused", () -> host.counters().refusals(Resource.CONNECTIONS) == 1);

        connect(member, host);
        assertPings(member, host);
        awaitUntil("a stranger has made room", () -> host.connections().size() == 3);
        assertThat(host.connections(member.peerId())).hasSize(1);
        assertThat(host.counters().get(Event.TRIMMED)).isEqualTo(1);
    }

    @Test
    void beyondTheHighWaterMarkThoseOfTheLeastWorthGo() {
        Host host = hosts.start(with(ConnectionLimits.of(new Limit(9, 9, 9)).withWaterMarks(2, 3, Duration.ZERO)));
        Host member = small();
        Host valued = small();
        Host idle = small();
        host.peerTags().protect(member.peerId(), "test");
        host.peerTags().tag(valued.peerId(), "test", 1);
        connect(member, host);
        connect(valued, host);
        connect(idle, host);
        awaitUntil("all are in", () -> host.connections().size() == 3);
        Host last = small();
        last.connect(host.peerId(), host.listenAddresses());
        awaitUntil(
                "two are left",
                () -> host.counters().get(Event.TRIMMED) == 2
                        && host.connections().size() == 2);
        assertThat(host.connections())
                .extracting(Connection::remotePeerId)
                .containsExactlyInAnyOrder(member.peerId(), valued.peerId());
    }

    @Test
    void aCrowdOfInboundPeersGivesWayToNewcomersOnceItIsOldEnough() {
        assertACrowdGivesWay(List.of());
    }

    @Test
    void inACrowdOfInboundPeersAProtectedOneStays() {
        assertACrowdGivesWay(List.of(small()));
    }

    /** There may be more connections in all than inbound ones, as by default. */
    private void assertACrowdGivesWay(List<Host> members) {
        Host host = hosts.start(
                with(ConnectionLimits.of(new Limit(8, 8, 11)).withWaterMarks(11, 11, Duration.ofMillis(500))));
        members.forEach(member -> {
            host.peerTags().protect(member.peerId(), "test");
            connect(member, host);
        });
        for (int i = members.size(); i < 8; i++) {
            connect(small(), host);
        }
        Host newcomer = small();
        awaitUntil("a newcomer is in", () -> {
            await(newcomer.connect(
                            host.peerId(),
                            host.listenAddresses(),
                            DialOptions.defaults().withBackoffIgnored())
                    .handle((connection, failure) -> failure == null));
            return !host.connections(newcomer.peerId()).isEmpty();
        });
        assertThat(host.counters().get(Event.TRIMMED)).isPositive();
        members.forEach(member -> assertThat(host.connections(member.peerId())).hasSize(1));
    }

    @Test
    void streamsOfOnePeerAreBoundedAndAnotherPeerIsUndisturbed() {
        Host host = hosts.start(with(ResourceLimits.defaults().streams().withPerPeer(Limit.of(4, 4))));
        Host greedy = small();
        Host modest = small();
        connect(greedy, host);
        connect(modest, host);
        List<Stream> open = new ArrayList<>();
        awaitUntil("a stream is refused", () -> {
            greedy.newStream(host.peerId(), Echo.PROTOCOL).thenAccept(open::add);
            return host.counters().refusals(Resource.STREAMS_OF_PEER) > 0;
        });
        assertThat(host.counters().get(Event.STREAM_REFUSED)).isPositive();
        assertPings(modest, host);
        open.forEach(Stream::reset);
    }

    @Test
    void streamsOfOneProtocolWithOnePeerAreBoundedInBothDirections() {
        Host host = hosts.start(
                with(ResourceLimits.defaults().streams().withProtocol(Echo.PROTOCOL.value(), Limit.of(2, 2))));
        Host other = small();
        connect(other, host);
        awaitUntil("both are connected", () -> host.connections().size() == 1);
        List<Stream> in = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            in.add(await(other.newStream(host.peerId(), Echo.PROTOCOL)));
            await(in.get(i).write(new byte[] {1}));
            await(in.get(i).read()).release();
        }
        assertThatThrownBy(() -> {
                    try (Stream third = await(other.newStream(host.peerId(), Echo.PROTOCOL))) {
                        await(third.read());
                    }
                })
                .hasCauseInstanceOf(IOException.class);
        assertThat(host.counters().refusals(Resource.STREAMS_OF_PROTOCOL_AND_PEER))
                .isEqualTo(1);

        List<Stream> out = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            out.add(await(host.newStream(other.peerId(), Echo.PROTOCOL)));
        }
        assertThatThrownBy(() -> await(host.newStream(other.peerId(), Echo.PROTOCOL)))
                .hasCauseInstanceOf(ResourceLimitException.class)
                .hasMessageContaining("2 streams of one protocol with one peer");
        assertPings(host, other);

        in.forEach(Stream::reset);
        out.forEach(Stream::reset);
        awaitUntil("there is room again", () -> {
            var again = host.newStream(other.peerId(), Echo.PROTOCOL);
            again.thenAccept(Stream::reset).exceptionally(full -> null);
            return !again.isCompletedExceptionally() && await(again.handle((made, failure) -> failure == null));
        });
    }
}
