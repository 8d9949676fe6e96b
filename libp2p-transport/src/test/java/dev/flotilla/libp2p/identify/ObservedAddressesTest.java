package dev.flotilla.libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import org.junit.jupiter.api.Test;

class ObservedAddressesTest {
    private static final String LOCAL = "/ip4/10.0.0.2/tcp/4001";
    private static final String OUTSIDE = "/ip4/198.51.100.1/tcp/4001";

    private final ObservedAddresses observed = new ObservedAddresses();

    /** @param connection of a peer at that address */
    private void see(int connection, String from, String address) {
        observed.put(connection, Multiaddr.parse(LOCAL), Multiaddr.parse(from), Multiaddr.parse(address));
    }

    private void seeFromAfar(int connections, String address) {
        for (int i = 0; i < connections; i++) {
            see(i, "/ip4/203.0.113." + i + "/tcp/9", address);
        }
    }

    @Test
    void fourWitnessesMakeAnAddressCountAsLongAsTheyAreThere() {
        seeFromAfar(3, OUTSIDE);
        assertThat(observed.confirmed()).isEmpty();
        see(3, "/ip4/203.0.113.3/tcp/9", OUTSIDE);
        assertThat(observed.confirmed()).containsExactly(Multiaddr.parse(OUTSIDE));
        observed.closed(2);
        assertThat(observed.confirmed()).isEmpty();
    }

    @Test
    void whatIsSaidAgainChangesNothing() {
        Multiaddr local = Multiaddr.parse(LOCAL);
        Multiaddr from = Multiaddr.parse("/ip4/203.0.113.1/tcp/9");
        assertThat(observed.put(1, local, from, Multiaddr.parse(OUTSIDE))).isTrue();
        assertThat(observed.put(1, local, from, Multiaddr.parse(OUTSIDE))).isFalse();
        assertThat(observed.put(2, local, from, Multiaddr.parse("/ip4/127.0.0.1/tcp/1")))
                .isFalse();
        assertThat(observed.put(1, local, from, Multiaddr.parse("/ip4/127.0.0.1/tcp/1")))
                .as("the first no longer counts")
                .isTrue();
        assertThat(observed.closed(1)).isFalse();
    }

    @Test
    void manyPeersInOneNetworkAreOneWitness() {
        for (int i = 0; i < 20; i++) {
            see(i, "/ip4/203.0.113.7/tcp/" + (1000 + i), OUTSIDE);
            see(100 + i, "/ip6/2001:db8:1:200::" + i + "/tcp/9", OUTSIDE);
            see(200 + i, "/ip6/2001:db8:1:2" + (10 + i) + "::1/tcp/9", OUTSIDE); // of the same /56
        }
        assertThat(observed.confirmed()).isEmpty();
        see(300, "/ip4/203.0.113.8/tcp/9", OUTSIDE);
        see(301, "/ip4/203.0.113.9/tcp/9", OUTSIDE);
        assertThat(observed.confirmed()).containsExactly(Multiaddr.parse(OUTSIDE));
    }

    @Test
    void addressesThatCannotLeadHereDoNotCount() {
        for (String address : new String[] {
            "/ip4/127.0.0.1/tcp/4001",
            "/ip4/0.0.0.0/tcp/4001",
            "/ip4/169.254.1.1/tcp/4001",
            "/ip4/224.0.0.1/tcp/4001",
            "/ip6/2001:db8::1/tcp/4001",
            "/ip4/198.51.100.1/udp/4001/quic-v1",
            "/dns/example.org/tcp/4001",
        }) {
            seeFromAfar(8, address);
            assertThat(observed.confirmed()).as(address).isEmpty();
        }
        for (int i = 0; i < 8; i++) {
            see(
                    i,
                    "/ip4/203.0.113." + i
                            + "/tcp/9/p2p/12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK/p2p-circuit",
                    OUTSIDE);
        }
        assertThat(observed.confirmed()).as("seen over a relay").isEmpty();
    }

    @Test
    void threeAddressesOfASocketCountAtMost() {
        for (int address = 0; address < 6; address++) {
            for (int i = 0; i < 4 + address; i++) {
                see(address * 100 + i, "/ip4/203.0.113." + i + "/tcp/9", "/ip4/198.51.100.1/tcp/" + (1 + address));
            }
        }
        assertThat(observed.confirmed())
                .containsExactly(
                        Multiaddr.parse("/ip4/198.51.100.1/tcp/4"),
                        Multiaddr.parse("/ip4/198.51.100.1/tcp/5"),
                        Multiaddr.parse("/ip4/198.51.100.1/tcp/6"));
    }
}
