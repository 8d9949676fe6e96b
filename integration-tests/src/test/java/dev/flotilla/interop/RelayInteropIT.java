package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Circuits over a relay of another implementation, with its default limits, and over ours, without limits; whoever keeps
 * the reservation and whoever dials.
 */
@Tag("interop")
@ExtendWith(Matrix.class)
class RelayInteropIT {
    private static final int LIMITED_BYTES = 16 * 1024;
    private static final int BYTES = 1 << 20;

    static List<Implementation> all() {
        return Implementation.chosenWithAllCommands();
    }

    private static HostBuilder listeningOn(String address) {
        return Host.builder(PrivateKey.generate()).listen(Multiaddr.parse(address));
    }

    private static OurSide ours() {
        return new OurSide(listeningOn(Transport.TCP.listen()), Security.NOISE);
    }

    /** Ours, reachable at {@code relay} alone. */
    private static OurSide oursBehind(Side relay) {
        return new OurSide(listeningOn(relay.addresses().get(0) + "/p2p-circuit"), Security.NOISE);
    }

    private static OurSide ourRelay() {
        RelayService service = new RelayService(RelayLimits.ofSwarm(), RelayAcl.all());
        return new OurSide(listeningOn(Transport.TCP.listen()).service(service), Security.NOISE);
    }

    private static void attempt(Implementation implementation, String row, Matrix.Attempt attempt) throws Exception {
        Matrix.attempt(row, implementation, "talk", Optional.empty(), attempt);
    }

    private static void talk(Side dialler, Side listener, Multiaddr circuit, int bytes) throws Exception {
        assertThat(dialler.connect(circuit)).isEqualTo(listener.peerId());
        assertThat(dialler.identify(circuit).protocols()).contains("/echo/1.0.0");
        dialler.ping(circuit);
        Side.Digests echoed = dialler.echo(circuit, bytes);
        assertThat(echoed.bytes()).isEqualTo(bytes);
        assertThat(echoed.received()).isEqualTo(echoed.sent());
        dialler.disconnect(circuit);
    }

    private static Multiaddr reserve(ForeignPeer listener, Side relay) throws Exception {
        return listener.reserve(relay.addresses().get(0)).get(0);
    }

    @ParameterizedTest
    @MethodSource("all")
    void weDialOverTheirRelay(Implementation implementation) throws Exception {
        attempt(implementation, "circuit over their relay, we dial", () -> {
            try (ForeignPeer relay = ForeignPeer.start(implementation, "--relay");
                    ForeignPeer listener = ForeignPeer.start(implementation);
                    OurSide dialler = ours()) {
                Multiaddr circuit = reserve(listener, relay);
                assertThat(dialler.connection(circuit).isLimited()).isTrue();
                talk(dialler, listener, circuit, LIMITED_BYTES);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void theyDialOverTheirRelay(Implementation implementation) throws Exception {
        attempt(implementation, "circuit over their relay, they dial", () -> {
            try (ForeignPeer relay = ForeignPeer.start(implementation, "--relay");
                    OurSide listener = oursBehind(relay);
                    ForeignPeer dialler = ForeignPeer.start(implementation)) {
                talk(dialler, listener, listener.addresses().get(0), LIMITED_BYTES);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void weDialOverOurRelay(Implementation implementation) throws Exception {
        attempt(implementation, "circuit over our relay, we dial", () -> {
            try (OurSide relay = ourRelay();
                    ForeignPeer listener = ForeignPeer.start(implementation);
                    OurSide dialler = ours()) {
                Multiaddr circuit = reserve(listener, relay);
                assertThat(dialler.connection(circuit).isRelayed()).isTrue();
                talk(dialler, listener, circuit, BYTES);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void theyDialOverOurRelay(Implementation implementation) throws Exception {
        attempt(implementation, "circuit over our relay, they dial", () -> {
            try (OurSide relay = ourRelay();
                    OurSide listener = oursBehind(relay);
                    ForeignPeer dialler = ForeignPeer.start(implementation)) {
                talk(dialler, listener, listener.addresses().get(0), BYTES);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void theyTalkToEachOtherOverOurRelay(Implementation implementation) throws Exception {
        attempt(implementation, "circuit over our relay, both ends theirs", () -> {
            try (OurSide relay = ourRelay();
                    ForeignPeer listener = ForeignPeer.start(implementation);
                    ForeignPeer dialler = ForeignPeer.start(implementation)) {
                talk(dialler, listener, reserve(listener, relay), BYTES);
            }
        });
    }
}
