package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.autonat.Autonat;
import dev.flotilla.libp2p.autonat.AutonatConfig;
import dev.flotilla.libp2p.autonat.AutonatCounters.Event;
import dev.flotilla.libp2p.autonat.AutonatService;
import dev.flotilla.libp2p.autonat.ProbeResult;
import dev.flotilla.libp2p.autonat.Reachability;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** AutoNAT v2 with go-libp2p, whose servers can be told to dial loopback addresses: who listens asks, and who asks listens. */
@Tag("interop")
@ExtendWith(Matrix.class)
class AutonatInteropIT {
    static Stream<Arguments> ways() {
        return Implementation.chosen().stream()
                .filter(implementation -> implementation == Implementation.GO)
                .flatMap(go -> Stream.of(Transport.TCP, Transport.QUIC).map(transport -> Arguments.of(go, transport)));
    }

    private static OurSide ours(Transport transport, HostService service) {
        return new OurSide(
                Host.builder(PrivateKey.generate())
                        .listen(Multiaddr.parse(transport.listen()))
                        .service(service),
                Security.NOISE);
    }

    private static ForeignPeer theirs(Implementation implementation, Transport transport) throws Exception {
        return ForeignPeer.start(implementation, "--listen", transport.toString(), "--autonat");
    }

    private static void attempt(Implementation implementation, Transport transport, String who, Matrix.Attempt attempt)
            throws Exception {
        Matrix.attempt("AutoNAT v2 over " + transport + ", " + who, implementation, "ask", Optional.empty(), attempt);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("ways")
    void weAsk(Implementation implementation, Transport transport) throws Exception {
        attempt(implementation, transport, "we ask", () -> {
            Autonat autonat = new Autonat();
            try (ForeignPeer server = theirs(implementation, transport);
                    OurSide client = ours(transport, autonat)) {
                Connection connection = client.connection(server.addresses().get(0));
                ProbeResult reached =
                        Patience.await(autonat.probe(connection, client.host().listenAddresses()));
                assertThat(reached.reachability()).as(reached.reason()).isEqualTo(Reachability.REACHABLE);
                ProbeResult notReached =
                        Patience.await(autonat.probe(connection, List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1"))));
                assertThat(notReached.reachability()).as(notReached.reason()).isEqualTo(Reachability.UNREACHABLE);
            }
        });
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("ways")
    void theyAsk(Implementation implementation, Transport transport) throws Exception {
        attempt(implementation, transport, "they ask", () -> {
            try (Host dialer = Host.builder(PrivateKey.generate()).build()) {
                AutonatService service =
                        new AutonatService(AutonatConfig.defaults().withPrivateAllowed(), dialer);
                try (OurSide server = ours(transport, service);
                        ForeignPeer client = theirs(implementation, transport)) {
                    client.identify(server.addresses().get(0)); // or it does not know a server of it
                    assertThat(client.isReachable(server.addresses().get(0))).isTrue();
                    assertThat(service.counters().get(Event.DIALLED_BACK)).isEqualTo(1);
                }
            }
        });
    }
}
