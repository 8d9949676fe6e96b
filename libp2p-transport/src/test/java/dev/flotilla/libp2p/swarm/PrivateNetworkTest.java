package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.libp2p.quic.QuicTransport;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hosts with a pre-shared key talk to each other, and to nobody else. */
@ExtendWith(NoLeaks.class)
class PrivateNetworkTest {
    private static final Multiaddr QUIC = Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1");

    private final PreSharedKey key = PreSharedKey.generate();
    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    private Host start(PreSharedKey of) {
        return start(hosts, of);
    }

    private static Host start(Hosts all, PreSharedKey of) {
        return all.startWith(builder -> builder.privateNetwork(of));
    }

    /** All that can carry a private network. */
    static java.util.stream.Stream<Way> ways() {
        return Way.all().filter(way -> !way.listen().has(MultiaddrProtocol.QUIC_V1));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whoHasTheKeyTalksAsEver(Way way) {
        try (Hosts both = new Hosts(way)) {
            talk(start(both, key), start(both, key));
        }
    }

    private static void talk(Host a, Host b) {
        connect(a, b);
        byte[] data = new byte[1 << 20];
        new Random(22).nextBytes(data);
        try (Stream stream = await(a.newStream(b.peerId(), Echo.PROTOCOL))) {
            var echoed = stream.readToEnd(data.length);
            await(stream.write(data));
            stream.finish();
            assertThat(await(echoed)).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anotherKeyIsNamedAsTheLikelyCause(Way way) {
        try (Hosts both = new Hosts(way)) {
            Host a = start(both, key);
            Host b = start(both, PreSharedKey.generate());
            assertThatThrownBy(() -> connect(a, b))
                    .hasMessageContaining("no security protocol was agreed on")
                    .hasMessageContaining("the peer may have another pre-shared key, or none");
            awaitUntil("b has seen it", () -> b.counters().get(Event.INBOUND_HANDSHAKE_FAILED) == 1);
            assertThat(b.counters().get(Event.HANDSHAKE_TIMED_OUT)).isZero();
        }
    }

    @Test
    void aPeerWithoutAKeyAndOneWithLearnWhatMayBeWrong() {
        Host open = hosts.start();
        Host closed = start(key);
        assertThatThrownBy(() -> connect(open, closed))
                .hasMessageContaining("in a private network whose pre-shared key this side does not have");
        assertThatThrownBy(() -> connect(closed, open)).hasMessageContaining("this side is in a private network");
        assertThat(open.connections()).isEmpty();
        assertThat(closed.connections()).isEmpty();
    }

    @Test
    void quicIsLeftOutAndSaysWhy() {
        Host a = start(key);
        Host b = hosts.start();
        assertThatThrownBy(() -> await(a.connect(b.peerId(), List.of(QUIC))))
                .hasMessageContaining("quic-v1 cannot carry a private network, and this host has a pre-shared key");
        assertThatThrownBy(() -> Host.builder(PrivateKey.generate())
                        .privateNetwork(key)
                        .listen(QUIC)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot listen on " + QUIC + ": quic-v1 cannot carry a private network");
        assertThatThrownBy(() -> Host.builder(PrivateKey.generate())
                        .privateNetwork(key)
                        .transport(QuicTransport::new)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quic-v1 cannot carry a private network");
    }
}
