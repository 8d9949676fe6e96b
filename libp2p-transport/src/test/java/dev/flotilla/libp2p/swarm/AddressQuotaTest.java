package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class AddressQuotaTest {
    private final AddressQuota quota = new AddressQuota(2);

    private static InetAddress at(String multiaddr) {
        return Multiaddr.parse(multiaddr).ipAddress().orElseThrow();
    }

    @Test
    void oneAddressHasItsPartWhateverThePort() {
        assertThat(quota.enter(at("/ip4/192.0.2.1/tcp/1"))).isTrue();
        assertThat(quota.enter(at("/ip4/192.0.2.1/tcp/2"))).isTrue();
        assertThat(quota.enter(at("/ip4/192.0.2.1/tcp/3"))).isFalse();
        assertThat(quota.enter(at("/ip4/192.0.2.2/tcp/1"))).isTrue();
        quota.leave(at("/ip4/192.0.2.1/tcp/1"));
        assertThat(quota.enter(at("/ip4/192.0.2.1/tcp/3"))).isTrue();
    }

    @Test
    void ip6CountsByItsFirst64Bits() {
        assertThat(quota.enter(at("/ip6/2001:db8::1/tcp/1"))).isTrue();
        assertThat(quota.enter(at("/ip6/2001:db8::2/tcp/1"))).isTrue();
        assertThat(quota.enter(at("/ip6/2001:db8::3/tcp/1"))).isFalse();
        assertThat(quota.enter(at("/ip6/2001:db8:0:1::1/tcp/1"))).isTrue();
    }

    @Test
    void loopbackIsNotCountedAndNothingStaysBehind() {
        for (int i = 0; i < 5; i++) {
            assertThat(quota.enter(at("/ip4/127.0.0.1/tcp/1"))).isTrue();
        }
        quota.enter(at("/ip4/192.0.2.1/tcp/1"));
        quota.leave(at("/ip4/192.0.2.1/tcp/1"));
        assertThat(quota.size()).isZero();
    }
}
