package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialException;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.ping.Ping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hosts over TCP: whom they dial, and what they say when it fails. */
@ExtendWith(NoLeaks.class)
class HostTest {
    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    @Test
    void oneDialForAllWhoAsk() {
        Host a = hosts.start();
        Host b = hosts.start();
        List<CompletableFuture<Connection>> dials = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            dials.add(a.connect(b.peerId(), b.listenAddresses()));
        }
        Connection first = await(dials.get(0));
        dials.forEach(dial -> assertThat(await(dial)).isSameAs(first));
        assertThat(b.counters().get(Event.ACCEPTED)).isEqualTo(1);
    }

    @Test
    void saysForEachAddressWhatWentWrong() {
        Host a = hosts.start();
        Host b = hosts.start();
        List<Multiaddr> addresses = List.of(
                Multiaddr.parse("/ip4/127.0.0.1/tcp/1"),
                Multiaddr.parse("/ip4/127.0.0.1/udp/1/quic-v1"),
                Multiaddr.parse("/ip4/127.0.0.1/udp/1/quic-v1/webtransport"),
                b.listenAddresses().get(0));
        Host other = hosts.start();
        assertThatThrownBy(() -> await(a.connect(other.peerId(), addresses)))
                .hasRootCauseInstanceOf(DialException.class)
                .hasMessageContaining("/ip4/127.0.0.1/tcp/1: refused")
                .hasMessageContaining("/quic-v1: refused")
                .hasMessageContaining("/webtransport: no transport takes this address; this host has quic-v1, tcp")
                .hasMessageContaining(b.listenAddresses().get(0) + ": ")
                .hasMessageContaining(b.peerId().toString());
        assertThat(a.connections()).isEmpty();
    }

    @Test
    void aTracerThatFailsDoesNoHarm() {
        UnaryOperator<HostBuilder> failing = builder -> builder.tracer(step -> {
            throw new IllegalStateException("of the test: " + step);
        });
        Host a = hosts.startWith(failing);
        Host b = hosts.startWith(failing);
        Multiaddr nobody = Multiaddr.parse("/ip4/127.0.0.1/tcp/1");
        assertThatThrownBy(() -> await(a.connect(PrivateKey.generate().peerId(), List.of(nobody))))
                .hasMessageContaining("refused");
        connect(a, b);
        assertThat(await(Ping.ping(a, b.peerId(), Duration.ofSeconds(5)))).isPositive();
    }

    @Test
    void triesFurtherAddressesAndNames() {
        Host a = hosts.start();
        Host b = hosts.start();
        int port = b.listenAddresses().get(0).tcpSocketAddress().orElseThrow().getPort();
        List<Multiaddr> addresses =
                List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1"), Multiaddr.parse("/dns4/localhost/tcp/" + port));
        assertThat(await(a.connect(b.peerId(), addresses)).remotePeerId()).isEqualTo(b.peerId());
    }

    @Test
    void passesOverAddressesOfOtherTransports() {
        Host a = hosts.start();
        Host b = hosts.start();
        List<Multiaddr> addresses = List.of(
                Multiaddr.parse("/ip4/127.0.0.1/udp/1/quic-v1"),
                b.listenAddresses().get(0));
        assertThat(await(a.connect(b.peerId(), addresses)).remotePeerId()).isEqualTo(b.peerId());
    }

    @Test
    void doesNotTalkToItself() {
        Host a = hosts.start();
        assertThatThrownBy(() -> connect(a, a)).hasMessageContaining("it is this peer");
    }

    @Test
    void nothingListensOnceAStartHasFailed() {
        Host a = hosts.start();
        List<Multiaddr> addresses = List.of(hosts.listen(), a.listenAddresses().get(0));
        try (Host half = Host.builder(PrivateKey.generate()).listen(addresses).build()) {
            assertThatThrownBy(() -> await(half.start())).hasMessageContaining("cannot listen on");
            assertThat(half.listenAddresses()).isEmpty();
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        Host a = hosts.start();
        assertThatThrownBy(() -> hosts.start(
                        PrivateKey.generate(),
                        HostConfig.defaults(),
                        a.listenAddresses().get(0)))
                .hasMessageContaining("cannot listen on " + a.listenAddresses().get(0));
    }
}
