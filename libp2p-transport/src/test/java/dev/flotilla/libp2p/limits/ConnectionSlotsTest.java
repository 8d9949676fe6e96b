package dev.flotilla.libp2p.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ConnectionSlotsTest {
    private static ConnectionSlots.Slot enter(ConnectionSlots slots, boolean inbound, String address)
            throws ResourceLimitException, UnknownHostException {
        return slots.enter(inbound, InetAddress.getByName(address), false);
    }

    private static void assertRefused(ConnectionSlots slots, boolean inbound, String address, Resource resource) {
        assertThatThrownBy(() -> enter(slots, inbound, address))
                .isInstanceOfSatisfying(ResourceLimitException.class, e -> assertThat(e.resource())
                        .isEqualTo(resource))
                .hasMessageContaining("a limit of this side is reached: ")
                .hasMessageEndingWith(resource.toString());
    }

    @Test
    void inboundConnectionsAreTrimmedBeforeNewcomersAreRefused() {
        ConnectionLimits limits = ResourceLimits.forHeap(0).connections();
        assertThat(limits.inboundHighWater()).isLessThan(limits.host().inboundMax());
        assertThat(limits.inboundLowWater()).isLessThan(limits.inboundHighWater());
    }

    @Test
    void eachDirectionAndBothTogetherAreBounded() throws Exception {
        ConnectionSlots slots =
                new ConnectionSlots(ConnectionLimits.of(new Limit(2, 2, 3)).withPerAddressMax(3, 3));
        ConnectionSlots.Slot first = enter(slots, true, "192.0.2.1");
        enter(slots, true, "192.0.2.2");
        assertRefused(slots, true, "192.0.2.3", Resource.INBOUND_CONNECTIONS);
        enter(slots, false, "192.0.2.3");
        assertRefused(slots, false, "192.0.2.4", Resource.CONNECTIONS);
        first.leave();
        first.leave();
        assertThat(slots.count()).isEqualTo(2);
        enter(slots, false, "192.0.2.4");
        assertRefused(slots, true, "192.0.2.5", Resource.CONNECTIONS);
    }

    @Test
    void anAddressAndASubnetHaveAPartOnly() throws Exception {
        ConnectionSlots slots =
                new ConnectionSlots(ConnectionLimits.of(Limit.of(10, 10)).withPerAddressMax(1, 2));
        enter(slots, true, "192.0.2.1");
        assertRefused(slots, true, "192.0.2.1", Resource.CONNECTIONS_OF_ADDRESS);
        enter(slots, true, "192.0.2.2");
        enter(slots, true, "2001:db8:0:100::1");
        assertRefused(slots, true, "2001:db8:0:100::2", Resource.CONNECTIONS_OF_ADDRESS);
        ConnectionSlots.Slot second = enter(slots, true, "2001:db8:0:101::1");
        assertRefused(slots, true, "2001:db8:0:102::1", Resource.CONNECTIONS_OF_SUBNET);
        enter(slots, false, "2001:db8:0:102::1");
        second.leave();
        enter(slots, true, "2001:db8:0:102::1");
        enter(slots, true, "127.0.0.1");
        enter(slots, true, "127.0.0.1");
    }

    @Test
    void aProtectedPeerIsInWhateverTheOthersHave() throws Exception {
        ConnectionSlots slots = new ConnectionSlots(ConnectionLimits.of(new Limit(1, 1, 1)));
        enter(slots, true, "192.0.2.1");
        assertThat(slots.excess()).isZero();
        ConnectionSlots.Slot member = slots.enter(true, InetAddress.getByName("192.0.2.1"), true);
        assertThat(slots.excess()).isEqualTo(1);
        member.leave();
        assertThat(slots.excess()).isZero();
    }

    @Test
    void limitsMakeSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Limit(2, 1, 1))
                .withMessageContaining("inbound 2, outbound 1, both 1");
        ConnectionLimits limits = ConnectionLimits.of(Limit.of(10, 10));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.withPerAddressMax(2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> limits.withWaterMarks(3, 2, limits.grace()));
    }

    @Test
    void defaultsGrowWithTheHeap() {
        assertThat(ResourceLimits.forHeap(64L << 20).connections().host().max()).isEqualTo(256);
        assertThat(ResourceLimits.forHeap(1L << 30).connections().host().max()).isEqualTo(1024);
        assertThat(ResourceLimits.forHeap(1L << 40).connections().host().max()).isEqualTo(8192);
        assertThat(ResourceLimits.forHeap(1L << 30).receivedBytesMax()).isEqualTo(256L << 20);
    }
}
