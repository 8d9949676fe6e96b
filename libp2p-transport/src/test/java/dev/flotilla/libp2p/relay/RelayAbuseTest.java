package dev.flotilla.libp2p.relay;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.relay.RelayCounters.Event;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.libp2p.relay.pb.StopMessage;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a relay and its clients do with those who break the protocol or want too much. */
@ExtendWith(NoLeaks.class)
class RelayAbuseTest {
    private static final Duration SECONDS_10 = Duration.ofSeconds(10);

    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    private static Multiaddr circuit(Host relay) {
        return relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
    }

    private Host behind(Host relay) {
        return hosts.start(PrivateKey.generate(), HostConfig.defaults(), List.of(circuit(relay)));
    }

    private static Stream hop(Connection relay) {
        return await(relay.newStream(CircuitMessages.HOP));
    }

    private static HopMessage connectTo(PeerId target) {
        return HopMessage.newBuilder()
                .setType(HopMessage.Type.CONNECT)
                .setPeer(CircuitMessages.peer(target))
                .build();
    }

    private static HopMessage reserve() {
        return HopMessage.newBuilder().setType(HopMessage.Type.RESERVE).build();
    }

    private static Status ask(Connection relay, HopMessage message) {
        return askForMessage(relay, message).getStatus();
    }

    private static HopMessage askForMessage(Connection relay, HopMessage message) {
        Stream stream = hop(relay);
        DelimitedMessages.write(stream, message);
        HopMessage answer = await(CircuitMessages.readHop(stream, SECONDS_10));
        stream.close();
        return answer;
    }

    @Test
    void typesAreWrittenEvenWhenTheyAreZero() {
        assertThat(HexFormat.of().formatHex(reserve().toByteArray())).isEqualTo("0800");
        assertThat(CircuitMessages.stopStatus(Status.OK).toByteArray()).startsWith(0x08, 0x01);
    }

    @Test
    void requestsOutOfPlaceGetAStatus() {
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        Host relay = hosts.start(service);
        Host client = hosts.start();
        Connection connection = connect(client, relay);
        assertThat(ask(connection, reserve())).isEqualTo(Status.OK);
        assertThat(ask(connection, connectTo(client.peerId()))).as("itself").isEqualTo(Status.PERMISSION_DENIED);
        assertThat(ask(connection, connectTo(relay.peerId()))).as("the relay").isEqualTo(Status.NO_RESERVATION);
        assertThat(ask(connection, connectTo(PrivateKey.generate().peerId()))).isEqualTo(Status.NO_RESERVATION);
        assertThat(ask(connection, CircuitMessages.hopStatus(Status.OK))).isEqualTo(Status.UNEXPECTED_MESSAGE);
        assertThat(ask(connection, HopMessage.getDefaultInstance())).isEqualTo(Status.MALFORMED_MESSAGE);
        assertThat(ask(
                        connection,
                        HopMessage.newBuilder().setType(HopMessage.Type.CONNECT).build()))
                .as("nobody")
                .isEqualTo(Status.MALFORMED_MESSAGE);
        Stream junk = hop(connection);
        junk.write(new byte[] {5, 1, 2, 3, 4, 5});
        assertThat(await(CircuitMessages.readHop(junk, SECONDS_10)).getStatus()).isEqualTo(Status.MALFORMED_MESSAGE);
        Stream giant = hop(connection);
        giant.write(new byte[] {(byte) 0x81, 0x20});
        assertThat(await(CircuitMessages.readHop(giant, SECONDS_10)).getStatus())
                .isEqualTo(Status.MALFORMED_MESSAGE);
        assertThat(service.circuits()).isZero();
    }

    @Test
    void randomRequestsAreSurvived() {
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        Host relay = hosts.start(service);
        Host client = hosts.start();
        Connection connection = connect(client, relay);
        Random random = new Random(17);
        for (int i = 0; i < 200; i++) {
            byte[] message = connectTo(relay.peerId()).toByteArray();
            byte[] sent = new byte[message.length + 1];
            sent[0] = (byte) message.length;
            System.arraycopy(message, 0, sent, 1, message.length);
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                sent[1 + random.nextInt(message.length)] = (byte) random.nextInt(256);
            }
            Stream stream = hop(connection);
            stream.write(sent);
            stream.finish();
            assertThat(await(stream.readToEnd(5000))).as("a status").isNotEmpty();
            stream.close();
        }
        assertThat(service.circuits()).isZero();
        assertThat(await(Ping.ping(client, relay.peerId(), SECONDS_10))).isPositive();
    }

    @Test
    void onlyWhomTheRuleAllowsIsServed() {
        List<PeerId> members = new ArrayList<>();
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.among(members::contains));
        Host relay = hosts.start(service);
        Host outsider = hosts.start();
        Connection connection = connect(outsider, relay);
        assertThat(ask(connection, reserve())).isEqualTo(Status.PERMISSION_DENIED);
        PrivateKey member = PrivateKey.generate();
        members.add(member.peerId());
        hosts.start(member, HostConfig.defaults(), List.of(circuit(relay)));
        assertThat(service.reservations()).isEqualTo(1);
        assertThat(ask(connection, connectTo(member.peerId()))).isEqualTo(Status.PERMISSION_DENIED);
        members.add(outsider.peerId());
        Stream stream = hop(connection);
        DelimitedMessages.write(stream, connectTo(member.peerId()));
        assertThat(await(CircuitMessages.readHop(stream, SECONDS_10)).getStatus())
                .isEqualTo(Status.OK);
        stream.reset();
    }

    @Test
    void nothingIsRelayedOverARelay() {
        Host outer = hosts.start(new RelayService(RelayLimits.ofSwarm(), RelayAcl.all()));
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        Host inner = hosts.start(
                PrivateKey.generate(), HostConfig.defaults(), List.of(hosts.listen(), circuit(outer)), service);
        Host client = hosts.start();
        Connection relayed = await(client.connect(inner.peerId(), List.of(circuit(outer))));
        assertThat(relayed.isRelayed()).isTrue();
        assertThat(ask(relayed, reserve())).isEqualTo(Status.PERMISSION_DENIED);
        assertThat(ask(relayed, connectTo(outer.peerId()))).isEqualTo(Status.PERMISSION_DENIED);
        assertThat(service.reservations()).isZero();
    }

    @Test
    void aSlowRequestIsGivenUpAndCostsNobodyElse() {
        RelayLimits hasty = RelayLimits.ofSwarm().withRequestTimeout(Duration.ofMillis(300));
        RelayService service = new RelayService(hasty, RelayAcl.all());
        Host relay = hosts.start(service);
        Connection connection = connect(hosts.start(), relay);
        List<Stream> slow = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Stream stream = hop(connection);
            stream.write(new byte[] {2});
            slow.add(stream);
        }
        Host listener = behind(relay);
        assertThat(service.reservations()).isEqualTo(1);
        slow.forEach(stream -> await(stream.closed()));
        assertThat(service.counters().get(Event.REQUEST_REFUSED)).isEqualTo(40);
        assertThat(connect(hosts.start(), listener).isOpen()).isTrue();
    }

    @Test
    void requestsOfOnePeerAtATimeAreBounded() {
        RelayService service =
                new RelayService(RelayLimits.ofSwarm().withRequestTimeout(Duration.ofMinutes(5)), RelayAcl.all());
        Host relay = hosts.start(service);
        Connection connection = connect(hosts.start(), relay);
        List<Stream> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            silent.add(hop(connection));
        }
        awaitUntil("four are too many", () -> service.counters().get(Event.REQUEST_REFUSED) == 4);
        assertThat(ask(connect(hosts.start(), relay), reserve())).isEqualTo(Status.OK);
        silent.forEach(Stream::reset);
    }

    @Test
    void aFloodOfReservationsIsOneReservation() {
        RelayService service = new RelayService(RelayLimits.defaults(), RelayAcl.all());
        Host relay = hosts.start(service);
        Connection connection = connect(hosts.start(), relay);
        for (int i = 0; i < 200; i++) {
            assertThat(ask(connection, reserve())).isEqualTo(Status.OK);
        }
        assertThat(service.reservations()).isEqualTo(1);
        assertThat(service.counters().get(Event.RENEWED)).isEqualTo(199);
    }

    @Test
    void aRenewalAMomentLaterIsToldTheSameAndSignedNoSecondTime() {
        Host relay = hosts.start(new RelayService(RelayLimits.defaults(), RelayAcl.all()));
        Connection connection = connect(hosts.start(), relay);
        HopMessage first = askForMessage(connection, reserve());
        assertThat(first.getReservation().getVoucher()).isNotEmpty();
        long second = System.currentTimeMillis() / 1000;
        awaitUntil("it would expire later", () -> System.currentTimeMillis() / 1000 > second);
        assertThat(askForMessage(connection, reserve())).isEqualTo(first);
    }

    @Test
    void whoseReservationIsOverIsWorthNoMoreThanOthers() {
        RelayService service =
                new RelayService(RelayLimits.defaults().withReservationTtl(Duration.ofSeconds(1)), RelayAcl.all());
        Host relay = hosts.start(service);
        Host client = hosts.start();
        assertThat(ask(connect(client, relay), reserve())).isEqualTo(Status.OK);
        awaitUntil("it is over", () -> service.reservations() == 0);
        connect(hosts.start(), relay);
        awaitUntil("its tag is gone", () -> relay.peerTags().value(client.peerId()) == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRelayWithLimitsIsWarnedOfOnce(boolean limited) {
        RelayLimits limits = limited ? RelayLimits.defaults() : RelayLimits.ofSwarm();
        RelayService service =
                new RelayService(limits.withReservationTtl(Duration.ofSeconds(1)), RelayAcl.all()); // soon renewed
        Host relay = hosts.start(service);
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getFormattedMessage().contains("relay=" + relay.peerId() + " ends each circuit")) {
                    lines.add(event.getLevel() + " " + event.getFormattedMessage());
                }
            }
        };
        appender.start();
        Logger logger = (Logger) LoggerFactory.getLogger(RelayListener.class);
        logger.addAppender(appender);
        try {
            behind(relay);
            awaitUntil("it is renewed", () -> service.counters().get(Event.RENEWED) >= 2);
            assertThat(lines).hasSize(limited ? 1 : 0).allMatch(line -> line.startsWith("WARN"));
        } finally {
            logger.detachAppender(appender);
        }
    }

    @Test
    void manyPeersOfOneAddressAreRefused() {
        RelayService service = new RelayService(RelayLimits.defaults().withReservations(100, 3), RelayAcl.all());
        Host relay = hosts.start(service);
        for (int i = 0; i < 3; i++) {
            assertThat(ask(connect(hosts.start(), relay), reserve())).isEqualTo(Status.OK);
        }
        assertThat(ask(connect(hosts.start(), relay), reserve())).isEqualTo(Status.RESERVATION_REFUSED);
        assertThat(service.counters().get(Event.RESERVATION_REFUSED)).isEqualTo(1);
    }

    @Test
    void circuitsOfOnePeerAreBounded() {
        RelayService service = new RelayService(RelayLimits.ofSwarm().withCircuits(100, 2), RelayAcl.all());
        Host relay = hosts.start(service);
        Host listener = behind(relay);
        Connection connection = connect(hosts.start(), relay);
        List<Stream> circuits = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Stream stream = hop(connection);
            DelimitedMessages.write(stream, connectTo(listener.peerId()));
            assertThat(await(CircuitMessages.readHop(stream, SECONDS_10)).getStatus())
                    .isEqualTo(Status.OK);
            circuits.add(stream);
        }
        assertThat(ask(connection, connectTo(listener.peerId()))).isEqualTo(Status.RESOURCE_LIMIT_EXCEEDED);
        circuits.forEach(Stream::reset);
        awaitUntil("they are gone", () -> service.circuits() == 0);
    }

    @Test
    void aMemberHasTwoCircuitsWithEachOther() {
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        Host relay = hosts.start(service);
        Host target = byHand(relay, stop -> DelimitedMessages.write(stop, CircuitMessages.stopStatus(Status.OK)));
        Connection connection = connect(hosts.start(), relay);
        List<Stream> circuits = new ArrayList<>();
        for (int i = 0; i < 2 * 63; i++) {
            Stream stream = hop(connection);
            DelimitedMessages.write(stream, connectTo(target.peerId()));
            assertThat(await(CircuitMessages.readHop(stream, SECONDS_10)).getStatus())
                    .isEqualTo(Status.OK);
            circuits.add(stream);
        }
        circuits.forEach(Stream::reset);
        awaitUntil("they are gone", () -> service.circuits() == 0);
    }

    /** A client that is connected to {@code relay}, has a place there by hand, and answers calls with {@code handler}. */
    private Host byHand(Host relay, StreamHandler handler) {
        Host host = hosts.start();
        host.handle(CircuitMessages.STOP, handler);
        assertThat(ask(connect(host, relay), reserve())).isEqualTo(Status.OK);
        return host;
    }

    @Test
    void aCircuitThatIsNotReadHoldsNoMoreThanItsWindows() {
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        Host relay = hosts.start(service);
        CompletableFuture<Stream> called = new CompletableFuture<>();
        Host target = byHand(relay, stop -> {
            DelimitedMessages.write(stop, CircuitMessages.stopStatus(Status.OK));
            called.complete(stop);
        });
        Connection connection = connect(hosts.start(), relay);
        Stream source = hop(connection);
        DelimitedMessages.write(source, connectTo(target.peerId()));
        assertThat(await(CircuitMessages.readHop(source, SECONDS_10)).getStatus())
                .isEqualTo(Status.OK);
        await(called);
        int written = 0;
        CompletableFuture<Void> last = source.write(new byte[64 << 10]);
        while (written < 1000 && isDoneSoon(last)) {
            written++;
            last = source.write(new byte[64 << 10]);
        }
        assertThat(written).as("times 64 KiB").isLessThan(100);
        assertThat(service.counters().get(Event.BYTE_RELAYED)).isLessThan(4 << 20);
        assertThat(await(Ping.ping(target, relay.peerId(), SECONDS_10)))
                .as("the connection is not blocked")
                .isPositive();
        source.reset();
        awaitUntil("the circuit is gone", () -> service.circuits() == 0);
    }

    private static boolean isDoneSoon(CompletableFuture<Void> future) {
        return future.handle((done, failure) -> true)
                .completeOnTimeout(false, 500, TimeUnit.MILLISECONDS)
                .join();
    }

    @Test
    void halfCloseIsPassedOn() {
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        Host relay = hosts.start(service);
        Host target = byHand(relay, stop -> {
            DelimitedMessages.write(stop, CircuitMessages.stopStatus(Status.OK));
            CircuitMessages.readStop(stop, SECONDS_10)
                    .thenCompose(request -> stop.readToEnd(100))
                    .thenAccept(all -> {
                        stop.write(all);
                        stop.finish();
                    });
        });
        Stream source = hop(connect(hosts.start(), relay));
        DelimitedMessages.write(source, connectTo(target.peerId()));
        source.write(new byte[] {1, 2, 3}); // along with the request: it belongs to the circuit
        source.finish();
        assertThat(await(CircuitMessages.readHop(source, SECONDS_10)).getStatus())
                .isEqualTo(Status.OK);
        assertThat(await(source.readToEnd(100))).containsExactly(1, 2, 3);
        awaitUntil("the circuit has ended in order", () -> service.counters().get(Event.CIRCUIT_CLOSED) == 1);
    }

    @Test
    void aCircuitIsCutWhenItsBytesAreUsedUp() {
        RelayService service = new RelayService(
                RelayLimits.defaults().withCircuitLimit(new CircuitLimit(Duration.ofMinutes(1), 10_000)),
                RelayAcl.all());
        Host relay = hosts.start(service);
        CompletableFuture<Stream> called = new CompletableFuture<>();
        Host target = byHand(relay, stop -> {
            DelimitedMessages.write(stop, CircuitMessages.stopStatus(Status.OK));
            called.complete(stop);
        });
        Stream source = hop(connect(hosts.start(), relay));
        DelimitedMessages.write(source, connectTo(target.peerId()));
        HopMessage answer = await(CircuitMessages.readHop(source, SECONDS_10));
        assertThat(answer.getLimit().getData()).isEqualTo(10_000);
        source.write(new byte[9_000]);
        await(called);
        source.write(new byte[2_000]);
        await(source.closed());
        await(called.join().closed());
        assertThat(service.counters().get(Event.CIRCUIT_CUT)).isEqualTo(1);
        assertThat(service.counters().get(Event.BYTE_RELAYED)).isLessThanOrEqualTo(10_000);
    }

    @Test
    void aCircuitIsCutWhenItsTimeIsUp() {
        RelayService service = new RelayService(
                RelayLimits.defaults().withCircuitLimit(new CircuitLimit(Duration.ofSeconds(1), 1 << 20)),
                RelayAcl.all());
        Host relay = hosts.start(service);
        Host listener = behind(relay);
        Connection connection = connect(hosts.start(), listener);
        assertThat(connection.isLimited()).isTrue();
        await(connection.closed());
        assertThat(service.counters().get(Event.CIRCUIT_CUT)).isEqualTo(1);
        awaitUntil("it is gone", () -> service.circuits() == 0);
    }

    @Test
    void aTargetThatDoesNotAnswerIsReported() {
        RelayLimits hasty = RelayLimits.ofSwarm().withRequestTimeout(Duration.ofMillis(300));
        RelayService service = new RelayService(hasty, RelayAcl.all());
        Host relay = hosts.start(service);
        Host silent = byHand(relay, stop -> {});
        Host refusing = byHand(
                relay, stop -> DelimitedMessages.write(stop, CircuitMessages.stopStatus(Status.PERMISSION_DENIED)));
        Connection connection = connect(hosts.start(), relay);
        assertThat(ask(connection, connectTo(silent.peerId()))).isEqualTo(Status.CONNECTION_FAILED);
        assertThat(ask(connection, connectTo(refusing.peerId()))).isEqualTo(Status.CONNECTION_FAILED);
        assertThat(service.circuits()).isZero();
    }

    @Test
    void aRelayWithoutAReservationBringsNoConnections() {
        Host relay = hosts.start(new RelayService(RelayLimits.ofSwarm(), RelayAcl.all()));
        Host listener = behind(relay);
        Host other = hosts.start();
        Connection connection = await(other.connect(listener.peerId(), List.of(circuit(relay))));
        Stream stop = await(connection.newStream(CircuitMessages.STOP));
        DelimitedMessages.write(stop, stopConnect(other.peerId()));
        assertThat(await(CircuitMessages.readStop(stop, SECONDS_10)).getStatus())
                .isEqualTo(Status.PERMISSION_DENIED);
    }

    private static StopMessage stopConnect(PeerId source) {
        return StopMessage.newBuilder()
                .setType(StopMessage.Type.CONNECT)
                .setPeer(CircuitMessages.peer(source))
                .build();
    }

    @Test
    void aRelayCannotPassSomebodyOffAsAnother() {
        Host relay = hosts.start();
        PeerId claimed = PrivateKey.generate().peerId();
        Host impostor = hosts.start();
        relay.handle(CircuitMessages.HOP, hop -> CircuitMessages.readHop(hop, SECONDS_10)
                .thenAccept(request -> answerAsALiar(relay, hop, request, claimed)));
        Host listener = behind(relay);
        assertThat(listener.listenAddresses()).containsExactly(circuit(relay));
        await(impostor.connect(listener.peerId(), List.of(circuit(relay)))
                .thenCompose(Connection::closed) // by TLS the dialer is done before the listener has looked
                .handle((done, failure) -> null));
        assertThat(listener.connections(claimed)).isEmpty();
        assertThat(listener.connections(impostor.peerId())).isEmpty();
    }

    /** Grants places, and says that every circuit comes from {@code claimed}. */
    private static void answerAsALiar(Host relay, Stream hop, HopMessage request, PeerId claimed) {
        HopMessage.Builder granted = CircuitMessages.hopStatus(Status.OK).toBuilder();
        granted.getReservationBuilder().setExpire(System.currentTimeMillis() / 1000 + 3600);
        if (request.getType() == HopMessage.Type.RESERVE) {
            DelimitedMessages.write(hop, granted.build());
            return;
        }
        PeerId target = CircuitMessages.peerId(request.getPeer()).orElseThrow();
        relay.connections(target).get(0).newStream(CircuitMessages.STOP).thenAccept(stop -> {
            DelimitedMessages.write(stop, stopConnect(claimed));
            CircuitMessages.readStop(stop, SECONDS_10).thenAccept(answer -> {
                DelimitedMessages.write(hop, CircuitMessages.hopStatus(Status.OK));
                new Circuit(hop, stop, null, new RelayCounters()).start();
            });
        });
    }
}
