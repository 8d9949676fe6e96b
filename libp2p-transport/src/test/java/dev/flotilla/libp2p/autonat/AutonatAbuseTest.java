package dev.flotilla.libp2p.autonat;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.autonat.AutonatCounters.Event;
import dev.flotilla.libp2p.autonat.pb.DialBackResponse;
import dev.flotilla.libp2p.autonat.pb.DialDataRequest;
import dev.flotilla.libp2p.autonat.pb.DialDataResponse;
import dev.flotilla.libp2p.autonat.pb.DialRequest;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.DialResponse.ResponseStatus;
import dev.flotilla.libp2p.autonat.pb.DialStatus;
import dev.flotilla.libp2p.autonat.pb.Message;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What servers and clients do with those who break the protocol, lie, or want too much. */
@ExtendWith(NoLeaks.class)
class AutonatAbuseTest {
    private static final AutonatConfig CONFIG =
            AutonatConfig.defaults().withPrivateAllowed().withRequests(1000, 1000, 1000);
    private static final AutonatConfig PATIENT =
            CONFIG.withTimeouts(Duration.ofMinutes(1), Duration.ofMinutes(1)); // longer than a test waits
    private static final Duration SOON = Duration.ofMillis(300);

    private final Hosts hosts = new Hosts();
    private final Host dialer = Host.builder(PrivateKey.generate()).build();
    private final Autonat autonat = new Autonat(SOON);

    @AfterEach
    void close() {
        hosts.close();
        dialer.close();
    }

    private static Message request(List<Multiaddr> addresses) {
        DialRequest.Builder request = DialRequest.newBuilder().setNonce(7);
        addresses.forEach(address -> request.addAddrs(ByteString.copyFrom(address.toBytes())));
        return AutonatMessages.message(request.build());
    }

    private static Message chunk(int bytes) {
        return AutonatMessages.message(DialDataResponse.newBuilder()
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build());
    }

    private static Stream send(Connection server, Message message) {
        Stream stream = await(server.newStream(AutonatMessages.DIAL_REQUEST));
        DelimitedMessages.write(stream, message);
        return stream;
    }

    private static ResponseStatus ask(Connection server, Message message) {
        return await(AutonatMessages.read(send(server, message)))
                .getDialResponse()
                .getStatus();
    }

    /** A stream on which dial data is asked for, for an address where nobody listens. */
    private static Stream askedForData(Connection server) {
        Stream stream = send(server, request(List.of(Multiaddr.parse("/ip4/127.0.0.2/tcp/1"))));
        Message asked = await(AutonatMessages.read(stream));
        assertThat(asked.getDialDataRequest().getNumBytes()).isBetween(30_000L, 100_000L);
        return stream;
    }

    @Test
    void aClosedPortIsUnreachable() {
        Host gone = hosts.start();
        Multiaddr closed = gone.listenAddresses().get(0);
        gone.close();
        Host client = hosts.start(autonat);
        Connection server = connect(client, hosts.start(new AutonatService(CONFIG, dialer)));
        assertThat(await(autonat.probe(server, List.of(closed))).reachability()).isEqualTo(Reachability.UNREACHABLE);
    }

    @Test
    void tooManyAddressesAreRejected() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Host client = hosts.start();
        Connection server = connect(client, hosts.start(service));
        Multiaddr good = client.listenAddresses().get(0);
        assertThat(ask(server, request(Collections.nCopies(51, good)))).isEqualTo(ResponseStatus.E_REQUEST_REJECTED);
        assertThat(ask(server, request(Collections.nCopies(50, good)))).isEqualTo(ResponseStatus.OK);
        assertThat(ask(server, request(List.of()))).isEqualTo(ResponseStatus.E_DIAL_REFUSED);
    }

    @Test
    void whatIsNoRequestIsReset() {
        AutonatService service = new AutonatService(PATIENT, dialer);
        Connection server = connect(hosts.start(), hosts.start(service));
        Stream giant = await(server.newStream(AutonatMessages.DIAL_REQUEST));
        giant.write(new byte[] {(byte) 0x81, 0x40}); // 8193 bytes, which never come
        await(giant.closed());
        await(send(server, chunk(10)).closed());
        awaitUntil("both failed", () -> service.counters().get(Event.REQUEST_FAILED) == 2);
        Random random = new Random(4711);
        for (int i = 0; i < 50; i++) {
            byte[] bytes = new byte[random.nextInt(1, 200)];
            random.nextBytes(bytes);
            Stream stream = await(server.newStream(AutonatMessages.DIAL_REQUEST));
            stream.write(bytes);
            stream.finish();
            await(stream.readToEnd(1000).handle((answer, failure) -> null));
            stream.reset();
        }
        assertThat(service.counters().get(Event.DIALLED_BACK)).isZero();
        awaitUntil("it still serves", () -> ask(server, request(List.of())) == ResponseStatus.E_DIAL_REFUSED);
    }

    @Test
    void aPeerHasOneRequestUnderWay() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Connection server = connect(hosts.start(), hosts.start(service));
        Stream first = askedForData(server);
        assertThat(ask(server, request(List.of()))).isEqualTo(ResponseStatus.E_REQUEST_REJECTED);
        first.reset();
        awaitUntil("the first is over", () -> ask(server, request(List.of())) == ResponseStatus.E_DIAL_REFUSED);
    }

    @Test
    void whoDoesNotPayIsNotServed() {
        AutonatService service = new AutonatService(CONFIG.withTimeouts(SOON, SOON), dialer);
        Connection server = connect(hosts.start(), hosts.start(service));
        await(askedForData(server).closed());
        assertThat(ask(server, request(List.of()))).isEqualTo(ResponseStatus.E_DIAL_REFUSED);
        assertThat(service.counters().get(Event.REQUEST_FAILED)).isEqualTo(1);
        assertThat(service.counters().get(Event.DIAL_FAILED)).as("dialled").isZero();
    }

    @Test
    void dialDataComesInChunksOfSomeSize() {
        AutonatService service = new AutonatService(PATIENT, dialer);
        Connection server = connect(hosts.start(), hosts.start(service));
        Stream large = askedForData(server);
        DelimitedMessages.write(large, chunk(4097));
        await(large.closed());
        Stream empty = askedForData(server);
        DelimitedMessages.write(empty, chunk(0));
        await(empty.closed());
        Stream tiny = askedForData(server);
        for (int i = 0; i < 1000; i++) {
            DelimitedMessages.write(tiny, chunk(1));
        }
        await(tiny.closed());
        awaitUntil("three failed", () -> service.counters().get(Event.REQUEST_FAILED) == 3);
        assertThat(service.counters().get(Event.DIAL_FAILED)).as("dialled").isZero();
    }

    @Test
    void whoHasPaidIsDialled() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Connection server = connect(hosts.start(), hosts.start(service));
        Stream paid = askedForData(server);
        for (int i = 0; i < 25; i++) {
            DelimitedMessages.write(paid, chunk(4096));
        }
        DialResponse response = await(AutonatMessages.read(paid)).getDialResponse();
        assertThat(response.getStatus()).isEqualTo(ResponseStatus.OK);
        assertThat(response.getDialStatus()).isEqualTo(DialStatus.E_DIAL_ERROR);
    }

    @Test
    void dialDataIsTakenSoOftenOnly() {
        AutonatService service = new AutonatService(CONFIG.withRequests(1000, 1000, 1), dialer);
        Connection server = connect(hosts.start(), hosts.start(service));
        askedForData(server).reset();
        awaitUntil("the first is over", () -> service.counters().get(Event.REQUEST_FAILED) == 1);
        assertThat(ask(server, request(List.of(Multiaddr.parse("/ip4/127.0.0.2/tcp/1")))))
                .isEqualTo(ResponseStatus.E_REQUEST_REJECTED);
    }

    @Test
    void nobodyIsServedOverARelay() {
        Host relay = hosts.start(new RelayService(RelayLimits.ofSwarm(), RelayAcl.all()));
        Multiaddr circuit =
                relay.listenAddresses().get(0).withPeerId(relay.peerId()).encapsulate(Multiaddr.parse("/p2p-circuit"));
        AutonatService service = new AutonatService(CONFIG, dialer);
        Host host = hosts.start(PrivateKey.generate(), HostConfig.defaults(), List.of(circuit), service);
        Host client = hosts.start();
        Connection server = await(client.connect(host.peerId(), List.of(circuit)));
        assertThat(ask(server, request(client.listenAddresses()))).isEqualTo(ResponseStatus.E_REQUEST_REJECTED);
    }

    /** What a client makes of a server that does {@code answer} with the stream and the nonce of its request. */
    private ProbeResult probe(Host client, BiConsumer<Stream, Long> answer) {
        return probe(client, client.listenAddresses(), answer);
    }

    private ProbeResult probe(Host client, List<Multiaddr> addresses, BiConsumer<Stream, Long> answer) {
        Host server = hosts.start();
        server.handle(AutonatMessages.DIAL_REQUEST, stream -> AutonatMessages.read(stream)
                .thenAccept(message ->
                        answer.accept(stream, message.getDialRequest().getNonce())));
        return await(autonat.probe(connect(client, server), addresses));
    }

    private static void say(Stream stream, DialStatus status) {
        DelimitedMessages.write(
                stream,
                AutonatMessages.message(DialResponse.newBuilder()
                        .setStatus(ResponseStatus.OK)
                        .setDialStatus(status)
                        .build()));
    }

    /** Completes when the client has answered, or refused, the dial-back. */
    private static CompletableFuture<Boolean> dialBack(Connection connection, long nonce) {
        return connection
                .newStream(AutonatMessages.DIAL_BACK)
                .thenCompose(stream -> {
                    DelimitedMessages.write(stream, AutonatMessages.dialBack(nonce));
                    return DelimitedMessages.read(stream, DialBackResponse.parser(), 64);
                })
                .handle((answer, failure) -> failure == null);
    }

    @Test
    void anotherNonceProvesNothing() {
        Host client = hosts.start(autonat);
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        ProbeResult result = probe(client, (stream, nonce) -> dialer.connect(client.peerId(), client.listenAddresses())
                .thenCompose(connection -> dialBack(connection, nonce + 1))
                .thenAccept(answer -> {
                    taken.complete(answer);
                    say(stream, DialStatus.OK);
                }));
        assertThat(await(taken)).isFalse();
        assertThat(result.reachability()).isEqualTo(Reachability.UNKNOWN);
        assertThat(result.reason()).contains("nonce did not come");
    }

    @Test
    void theNonceOnAConnectionThatWasThereProvesNothing() {
        Host client = hosts.start(autonat);
        Connection old = await(dialer.connect(client.peerId(), client.listenAddresses()));
        awaitUntil("the client knows it", () -> !client.connections(dialer.peerId())
                .isEmpty());
        for (boolean same : new boolean[] {true, false}) {
            ProbeResult result = probe(client, (stream, nonce) -> dialBack(same ? stream.connection() : old, nonce)
                    .thenAccept(answer -> say(stream, DialStatus.OK)));
            assertThat(result.reachability()).as(result.reason()).isEqualTo(Reachability.UNKNOWN);
        }
    }

    @Test
    void theNonceAtAnotherAddressProvesNothing() {
        Multiaddr any = hosts.listen();
        List<Multiaddr> both = List.of(any, Multiaddr.parse(any.toString().replace("127.0.0.1", "127.0.0.3")));
        Host client = hosts.start(PrivateKey.generate(), HostConfig.defaults(), both, autonat);
        Multiaddr first = at(client, "127.0.0.1");
        Multiaddr second = at(client, "127.0.0.3");
        ProbeResult result =
                probe(client, List.of(first), (stream, nonce) -> dialer.connect(client.peerId(), List.of(second))
                        .thenCompose(connection -> dialBack(connection, nonce))
                        .thenAccept(answer -> say(stream, DialStatus.OK)));
        assertThat(result.reachability()).isEqualTo(Reachability.UNKNOWN);
        assertThat(result.reason()).contains("instead");
    }

    private static Multiaddr at(Host host, String ip) {
        return host.listenAddresses().stream()
                .filter(address -> address.toString().contains(ip))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aConnectionThatIsThereIsNoDialBack() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Host client = hosts.start(autonat);
        await(dialer.connect(client.peerId(), client.listenAddresses()));
        Connection server = connect(client, hosts.start(service));
        ProbeResult result = await(autonat.probe(server, client.listenAddresses()));
        assertThat(result.reachability()).isEqualTo(Reachability.UNKNOWN);
        assertThat(service.counters().get(Event.REQUEST_FAILED)).isEqualTo(1);
    }

    @Test
    void dialDataIsSentWithinBoundsAndOnce() {
        Host client = hosts.start(autonat);
        assertThat(probe(client, (stream, nonce) -> wantData(stream, 0, 100_001))
                        .reason())
                .contains("100001 bytes");
        assertThat(probe(client, (stream, nonce) -> wantData(stream, 0, -1)).reason())
                .contains("18446744073709551615 bytes");
        assertThat(probe(client, (stream, nonce) -> wantData(stream, 1, 1)).reason())
                .contains("address 1 of 1");
        assertThat(probe(client, (stream, nonce) -> {
                            wantData(stream, 0, 1);
                            wantData(stream, 0, 1);
                        })
                        .reason())
                .contains("DIAL_DATA_REQUEST in place of its answer");
    }

    private static void wantData(Stream stream, int index, long bytes) {
        DelimitedMessages.write(
                stream,
                AutonatMessages.message(DialDataRequest.newBuilder()
                        .setAddrIdx(index)
                        .setNumBytes(bytes)
                        .build()));
    }

    @Test
    void dialBacksThatNobodyWaitsForAreReset() {
        Host client = hosts.start(autonat);
        Connection connection = await(dialer.connect(client.peerId(), client.listenAddresses()));
        assertThat(await(dialBack(connection, 7))).isFalse();
    }
}
