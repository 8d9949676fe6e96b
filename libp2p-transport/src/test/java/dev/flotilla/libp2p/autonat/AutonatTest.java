package dev.flotilla.libp2p.autonat;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.autonat.AutonatCounters.Event;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that ask a server, over every transport. */
@ParameterizedClass
@MethodSource("dev.flotilla.libp2p.Way#all")
@ExtendWith(NoLeaks.class)
class AutonatTest {
    private static final AutonatConfig CONFIG = AutonatConfig.defaults().withPrivateAllowed();

    @Parameter
    private Way way = Way.DEFAULT;

    private final Autonat autonat = new Autonat();
    private Hosts hosts = new Hosts();
    private Host dialer = Host.builder(PrivateKey.generate()).build();

    @BeforeEach
    void chooseTheWay() {
        dialer.close();
        hosts = new Hosts(way);
        dialer = dialer(way);
    }

    private static Host dialer(Way way) {
        var builder = Host.builder(PrivateKey.generate());
        way.security().forEach(builder::security);
        return builder.build();
    }

    @AfterEach
    void close() {
        hosts.close();
        dialer.close();
    }

    private Connection connected(Host client, AutonatService service) {
        return connect(client, hosts.start(service));
    }

    @Test
    void anAddressThatLeadsHereIsReachable() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Host client = hosts.start(autonat);
        Connection server = connected(client, service);
        for (int i = 1; i <= 3; i++) {
            ProbeResult result = await(autonat.probe(server, client.listenAddresses()));
            assertThat(result.reachability()).as(result.reason()).isEqualTo(Reachability.REACHABLE);
            assertThat(result.address()).isEqualTo(client.listenAddresses().get(0));
            assertThat(service.counters().get(Event.DIALLED_BACK)).isEqualTo(i);
            assertThat(dialer.connections()).isEmpty();
        }
        assertThat(service.counters().get(Event.DIAL_DATA_ASKED)).isZero();
    }

    @Test
    void anotherPeersAddressIsUnreachable() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Host client = hosts.start(autonat);
        Connection server = connected(client, service);
        Multiaddr others = hosts.start().listenAddresses().get(0);
        ProbeResult result = await(
                autonat.probe(server, List.of(others, client.listenAddresses().get(0))));
        assertThat(result).isEqualTo(new ProbeResult(others, Reachability.UNREACHABLE, "the server could not connect"));
        assertThat(service.counters().get(Event.DIAL_FAILED)).isEqualTo(1);
        assertThat(service.counters().get(Event.DIALLED_BACK)).as("no other").isZero();
    }

    @Test
    void anIpAddressThatTheServerDoesNotSeeIsPaidFor() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Multiaddr elsewhere = Multiaddr.parse(way.listen().toString().replace("127.0.0.1", "127.0.0.2"));
        Host client = hosts.start(PrivateKey.generate(), HostConfig.defaults(), List.of(elsewhere), autonat);
        Connection server = connected(client, service);
        ProbeResult result = await(autonat.probe(server, client.listenAddresses()));
        assertThat(result.reachability()).as(result.reason()).isEqualTo(Reachability.REACHABLE);
        assertThat(service.counters().get(Event.DIAL_DATA_ASKED)).isEqualTo(1);
    }

    @Test
    void aClientThatTakesNoDialBacksIsFoundButNotProven() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Host client = hosts.start(autonat);
        Connection server = connected(client, service);
        client.unhandle(AutonatMessages.DIAL_BACK);
        ProbeResult result = await(autonat.probe(server, client.listenAddresses()));
        assertThat(result.reachability()).isEqualTo(Reachability.UNKNOWN);
        assertThat(service.counters().get(Event.DIAL_BACK_FAILED)).isEqualTo(1);
        assertThat(dialer.connections()).isEmpty();
    }

    /** As go-libp2p does, whose answer may be lost thereby. */
    @Test
    void aClientThatResetsTheDialBackOnceItHasTheNonceWasReached() {
        AutonatService service = new AutonatService(CONFIG, dialer);
        Host client = hosts.start(autonat);
        Connection server = connected(client, service);
        client.unhandle(AutonatMessages.DIAL_BACK);
        client.handle(AutonatMessages.DIAL_BACK, stream -> stream.read().thenAccept(nonce -> {
            nonce.release();
            stream.reset();
        }));
        ProbeResult result = await(autonat.probe(server, client.listenAddresses()));
        assertThat(result.reachability()).as("the nonce went elsewhere").isEqualTo(Reachability.UNKNOWN);
        assertThat(service.counters().get(Event.DIALLED_BACK)).isEqualTo(1);
    }

    @Test
    void privateAddressesAreRefusedUnlessAllowed() {
        AutonatService service = new AutonatService(AutonatConfig.defaults(), dialer);
        Host client = hosts.start(autonat);
        ProbeResult result = await(autonat.probe(connected(client, service), client.listenAddresses()));
        assertThat(result).isEqualTo(ProbeResult.unknown(null, "the server dials none of the addresses"));
        assertThat(service.counters().get(Event.DIAL_REFUSED)).isEqualTo(1);
    }

    @Test
    void aPeerMayAskSoOftenOnly() {
        AutonatService service = new AutonatService(CONFIG.withRequests(3, 1, 1), dialer);
        Host client = hosts.start(autonat);
        Connection server = connected(client, service);
        assertThat(await(autonat.probe(server, client.listenAddresses())).reachability())
                .isEqualTo(Reachability.REACHABLE);
        assertThat(await(autonat.probe(server, client.listenAddresses())).reason())
                .contains("no more requests");
        assertThat(service.counters().get(Event.REQUEST_REJECTED)).isEqualTo(1);
    }

    @Test
    void aPeerThatIsNoServerTeachesNothing() {
        Host client = hosts.start(autonat);
        Connection other = connect(client, hosts.start());
        ProbeResult result = await(autonat.probe(other, client.listenAddresses()));
        assertThat(result.reachability()).isEqualTo(Reachability.UNKNOWN);
        assertThat(result.reason()).contains(other.remotePeerId().toString());
    }

    @Test
    void oneProbeIsUnderWayAtATime() {
        Host client = hosts.start(autonat);
        Host silent = hosts.start();
        silent.handle(AutonatMessages.DIAL_REQUEST, stream -> {});
        Connection server = connect(client, silent);
        CompletableFuture<ProbeResult> first = autonat.probe(server, client.listenAddresses());
        assertThatIllegalStateException().isThrownBy(() -> autonat.probe(server, client.listenAddresses()));
        server.close();
        assertThat(await(first).reachability()).isEqualTo(Reachability.UNKNOWN);
        assertThat(await(autonat.probe(server, client.listenAddresses())).reachability())
                .isEqualTo(Reachability.UNKNOWN);
    }

    @Test
    void requestsThatNoServerWouldTakeAreNotMade() {
        Host client = hosts.start(autonat);
        Connection server = connected(client, new AutonatService(CONFIG, dialer));
        Multiaddr own = client.listenAddresses().get(0);
        assertThatIllegalArgumentException().isThrownBy(() -> autonat.probe(server, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> autonat.probe(server, Collections.nCopies(51, own)))
                .withMessageContaining("51 addresses");
        assertThatIllegalStateException().isThrownBy(() -> new Autonat().probe(server, List.of(own)));
    }
}
