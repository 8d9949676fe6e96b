package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** As go-libp2p's default dial ranking. */
class DialRankingTest {
    private static final String RELAY = "/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN/p2p-circuit";

    private static List<String> rank(String... addresses) {
        return DialRanking.rank(Stream.of(addresses).map(Multiaddr::parse).toList()).stream()
                .map(ranked -> ranked.delay().toMillis() + " " + ranked.address())
                .toList();
    }

    @Test
    void quicFirstAndTcpAStepLater() {
        assertThat(rank("/ip4/1.2.3.4/tcp/1", "/ip4/1.2.3.4/udp/1/quic-v1"))
                .containsExactly("0 /ip4/1.2.3.4/udp/1/quic-v1", "250 /ip4/1.2.3.4/tcp/1");
        assertThat(rank("/ip4/192.168.1.1/tcp/1", "/ip4/192.168.1.1/udp/1/quic-v1"))
                .containsExactly("0 /ip4/192.168.1.1/udp/1/quic-v1", "30 /ip4/192.168.1.1/tcp/1");
    }

    @Test
    void webSocketComesLast() {
        assertThat(rank("/ip4/1.2.3.4/tcp/2/ws", "/ip4/1.2.3.4/tcp/1", "/ip4/1.2.3.5/tcp/443/wss"))
                .containsExactly("0 /ip4/1.2.3.4/tcp/1", "250 /ip4/1.2.3.4/tcp/2/ws", "500 /ip4/1.2.3.5/tcp/443/wss");
    }

    @Test
    void tcpAloneDoesNotWait() {
        assertThat(rank("/ip4/1.2.3.4/tcp/1", "/ip4/1.2.3.5/tcp/1", "/ip4/1.2.3.6/tcp/1"))
                .containsExactly("0 /ip4/1.2.3.4/tcp/1", "250 /ip4/1.2.3.5/tcp/1", "250 /ip4/1.2.3.6/tcp/1");
    }

    @Test
    void oneIp4AddressIsRightBehindTheFirstIp6One() {
        assertThat(rank(
                        "/ip4/1.2.3.4/udp/1/quic-v1",
                        "/ip6/2001:db8::1/udp/1/quic-v1",
                        "/ip6/2001:db8::2/udp/1/quic-v1",
                        "/ip4/1.2.3.4/tcp/1"))
                .containsExactly(
                        "0 /ip6/2001:db8::1/udp/1/quic-v1",
                        "250 /ip4/1.2.3.4/udp/1/quic-v1",
                        "500 /ip6/2001:db8::2/udp/1/quic-v1",
                        "750 /ip4/1.2.3.4/tcp/1");
    }

    @Test
    void relaysWaitForDirectPublicAddressesAlone() {
        String relay = "/ip4/1.2.3.9/tcp/1" + RELAY;
        assertThat(rank(relay, "/ip4/1.2.3.4/tcp/1")).containsExactly("0 /ip4/1.2.3.4/tcp/1", "500 " + relay);
        assertThat(rank(relay)).containsExactly("0 " + relay);
    }

    @Test
    void loopbackAndUniqueLocalAddressesArePrivate() {
        assertThat(rank("/ip6/::1/tcp/1", "/ip4/10.0.0.1/tcp/1", "/ip6/fd00::1/tcp/1"))
                .containsExactly("0 /ip6/::1/tcp/1", "30 /ip4/10.0.0.1/tcp/1", "60 /ip6/fd00::1/tcp/1");
    }
}
