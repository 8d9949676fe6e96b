package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalInterfacesTest {
    private final LocalInterfaces interfaces = new LocalInterfaces();

    @Test
    void anAddressThatIsNoWildcardStays() {
        Multiaddr address = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");
        assertThat(interfaces.expand(address)).containsExactly(address);
    }

    @Test
    void aWildcardBecomesAddressesThatOthersCanUse() {
        List<Multiaddr> ip4 = interfaces.expand(Multiaddr.parse("/ip4/0.0.0.0/tcp/4001"));
        assertThat(ip4).contains(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
        assertThat(ip4).noneMatch(address -> address.has(MultiaddrProtocol.IP6));

        List<Multiaddr> both = interfaces.expand(Multiaddr.parse("/ip6/::/tcp/4001"));
        assertThat(both).containsAll(ip4);
        assertThat(both)
                .as("the names of this machine's interfaces say nothing to others")
                .noneMatch(address -> address.has(MultiaddrProtocol.IP6ZONE));
    }
}
