package dev.flotilla.libp2p.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamSlotsTest {
    private static final PeerId A = PrivateKey.generate().peerId();
    private static final PeerId B = PrivateKey.generate().peerId();
    private static final StreamLimits WIDE =
            new StreamLimits(Limit.of(99, 99), Limit.of(99, 99), Limit.of(99, 99), Limit.of(99, 99), Map.of());

    private static StreamSlots.Slot enter(StreamSlots slots, PeerId peer, String protocol)
            throws ResourceLimitException {
        StreamSlots.Slot slot = slots.enter(peer, true, false);
        try {
            slot.agree(protocol);
        } catch (ResourceLimitException e) {
            slot.leave();
            throw e;
        }
        return slot;
    }

    private static void assertRefused(StreamSlots slots, PeerId peer, String protocol, Resource resource) {
        assertThatThrownBy(() -> enter(slots, peer, protocol))
                .isInstanceOfSatisfying(ResourceLimitException.class, e -> assertThat(e.resource())
                        .isEqualTo(resource));
    }

    @Test
    void allStreamsTogetherAreBounded() throws ResourceLimitException {
        StreamSlots slots = new StreamSlots(WIDE.withHost(Limit.of(2, 1)));
        StreamSlots.Slot first = enter(slots, A, "/a");
        enter(slots, B, "/b");
        assertRefused(slots, B, "/c", Resource.STREAMS);
        slots.enter(A, false, false);
        slots.enter(A, true, true);
        first.leave();
        first.leave();
        assertThat(slots.count()).isEqualTo(3);
        assertThat(slots.count(A)).isEqualTo(2);
    }

    @Test
    void aPeerHasAPartOnly() throws ResourceLimitException {
        StreamSlots slots = new StreamSlots(WIDE.withPerPeer(Limit.of(1, 1)));
        StreamSlots.Slot first = enter(slots, A, "/a");
        assertRefused(slots, A, "/b", Resource.STREAMS_OF_PEER);
        assertThatThrownBy(() -> slots.enter(A, true, true))
                .as("a protected one, too")
                .isInstanceOf(ResourceLimitException.class);
        enter(slots, B, "/b");
        first.leave();
        enter(slots, A, "/b");
    }

    @Test
    void aProtocolHasAPartOnly() throws ResourceLimitException {
        StreamSlots slots = new StreamSlots(
                WIDE.withPerProtocol(Limit.of(2, 2), Limit.of(1, 1)).withProtocol("/many", Limit.of(2, 2)));
        StreamSlots.Slot first = enter(slots, A, "/a");
        assertRefused(slots, A, "/a", Resource.STREAMS_OF_PROTOCOL_AND_PEER);
        enter(slots, A, "/b");
        enter(slots, B, "/a");
        assertRefused(slots, PrivateKey.generate().peerId(), "/a", Resource.STREAMS_OF_PROTOCOL);
        first.leave();
        enter(slots, A, "/a");
        enter(slots, A, "/many");
        enter(slots, A, "/many");
    }

    @Test
    void whatIsRefusedTakesNoPlace() throws ResourceLimitException {
        StreamSlots slots = new StreamSlots(WIDE.withPerProtocol(Limit.of(9, 9), Limit.of(1, 1)));
        StreamSlots.Slot first = enter(slots, A, "/a");
        for (int i = 0; i < 1000; i++) {
            assertRefused(slots, A, "/a", Resource.STREAMS_OF_PROTOCOL_AND_PEER);
        }
        assertThat(slots.count()).isEqualTo(1);
        first.leave();
        assertThat(slots.count(A)).isZero();
    }
}
