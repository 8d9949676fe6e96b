package dev.flotilla.libp2p.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** In one thread, whose time is the test's. */
class HandshakeSlotsTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final List<String> evicted = new ArrayList<>();
    private long now;

    private HandshakeSlots slots(HandshakeLimits limits) {
        return new HandshakeSlots(limits, () -> now);
    }

    private HandshakeSlots.Slot enter(HandshakeSlots slots, String address, boolean known)
            throws ResourceLimitException {
        return slots.enter(ip(address), known, () -> evicted.add(address));
    }

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Resource resource) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ResourceLimitException.class, e -> assertThat(e.resource())
                .isEqualTo(resource));
    }

    @Test
    void aNewHandshakeTakesThePlaceOfTheOldest() throws ResourceLimitException {
        HandshakeSlots slots = slots(HandshakeLimits.defaults().withHalfOpenMax(2, 2));
        HandshakeSlots.Slot first = enter(slots, "192.0.2.1", false);
        enter(slots, "192.0.2.2", false);
        enter(slots, "192.0.2.3", false);
        assertThat(evicted).containsExactly("192.0.2.1");
        assertThat(slots.count()).isEqualTo(2);
        first.leave();
        assertThat(slots.count()).as("it had left before").isEqualTo(2);
    }

    @Test
    void strangersNeverTakeThePlaceOfAKnownAddress() throws ResourceLimitException {
        HandshakeSlots slots = slots(HandshakeLimits.defaults().withHalfOpenMax(2, 2));
        enter(slots, "192.0.2.1", true);
        enter(slots, "192.0.2.2", false);
        enter(slots, "192.0.2.3", false);
        assertThat(evicted).containsExactly("192.0.2.2");
        enter(slots, "192.0.2.4", true);
        assertThat(evicted).containsExactly("192.0.2.2", "192.0.2.3");
        assertRefused(() -> enter(slots, "192.0.2.5", false), Resource.HALF_OPEN_CONNECTIONS);
        enter(slots, "192.0.2.6", true);
        assertThat(evicted).as("a known address may").containsExactly("192.0.2.2", "192.0.2.3", "192.0.2.1");
    }

    @Test
    void whoSharesTheAddressOfAMemberHasAPartOnly() throws ResourceLimitException {
        HandshakeSlots slots = slots(HandshakeLimits.defaults().withHalfOpenMax(8, 2));
        for (int i = 1; i <= 6; i++) {
            enter(slots, "192.0.2." + i, false);
        }
        enter(slots, "198.51.100.1", true);
        HandshakeSlots.Slot second = enter(slots, "198.51.100.1", true);
        assertThat(evicted).isEmpty();
        enter(slots, "198.51.100.1", true);
        assertThat(evicted).as("in the place of its own oldest").containsExactly("198.51.100.1");
        second.leave();
        enter(slots, "198.51.100.1", true);
        assertThat(evicted).hasSize(1);
        enter(slots, "198.51.100.2", true);
        assertThat(evicted).as("another member's address goes before strangers").endsWith("192.0.2.1");
    }

    @Test
    void knownAddressesLeaveAPartToStrangers() throws ResourceLimitException {
        HandshakeSlots slots = slots(HandshakeLimits.defaults().withHalfOpenMax(8, 2));
        enter(slots, "192.0.2.1", false);
        enter(slots, "192.0.2.2", false);
        for (int i = 1; i <= 7; i++) {
            enter(slots, "198.51.100." + i, true);
        }
        assertThat(evicted).containsExactly("198.51.100.1");
        enter(slots, "192.0.2.3", false);
        assertThat(evicted).containsExactly("198.51.100.1", "192.0.2.1");
        assertThat(slots.count()).isEqualTo(8);
    }

    @Test
    void oneAddressHasAPartOnly() throws ResourceLimitException {
        HandshakeSlots slots = slots(HandshakeLimits.defaults().withHalfOpenMax(8, 2));
        enter(slots, "2001:db8::1", false);
        HandshakeSlots.Slot second = enter(slots, "2001:db8::2", false);
        assertRefused(() -> enter(slots, "2001:db8::3", false), Resource.HALF_OPEN_CONNECTIONS_OF_ADDRESS);
        enter(slots, "2001:db8:0:1::3", false);
        second.leave();
        enter(slots, "2001:db8::4", false);
    }

    @Test
    void handshakesComeAtARate() throws ResourceLimitException {
        HandshakeSlots slots = slots(HandshakeLimits.defaults().withRate(10, 3).withRatePerAddress(1, 2));
        enter(slots, "192.0.2.1", false);
        enter(slots, "192.0.2.1", false);
        assertRefused(() -> enter(slots, "192.0.2.1", false), Resource.HANDSHAKES_A_SECOND_OF_ADDRESS);
        enter(slots, "192.0.2.2", false);
        assertRefused(() -> enter(slots, "192.0.2.3", false), Resource.HANDSHAKES_A_SECOND);
        enter(slots, "192.0.2.4", true);
        slots.enter(LOOPBACK, false, () -> {});
        now += TimeUnit.MILLISECONDS.toNanos(100);
        enter(slots, "192.0.2.5", false);
        assertRefused(() -> enter(slots, "192.0.2.5", false), Resource.HANDSHAKES_A_SECOND);
        now += TimeUnit.SECONDS.toNanos(1);
        enter(slots, "192.0.2.1", false);
    }

    @Test
    void theCircuitsOfOneRelayHaveAPartOnlyAndComeAtTheRateOfAll() throws ResourceLimitException {
        HandshakeSlots slots =
                slots(HandshakeLimits.defaults().withHalfOpenMax(8, 2).withRate(10, 6));
        PeerId relay = PrivateKey.generate().peerId();
        PeerId other = PrivateKey.generate().peerId();
        enter(slots, "192.0.2.1", false);
        slots.enter(relay, () -> evicted.add("first"));
        HandshakeSlots.Slot second = slots.enter(relay, () -> evicted.add("second"));
        slots.enter(other, () -> evicted.add("of another relay"));
        assertThat(evicted).isEmpty();
        slots.enter(relay, () -> evicted.add("third"));
        assertThat(evicted).as("in the place of its own oldest").containsExactly("first");
        second.leave();
        slots.enter(relay, () -> evicted.add("fourth"));
        assertThat(evicted).hasSize(1);
        assertRefused(() -> slots.enter(other, () -> {}), Resource.HANDSHAKES_A_SECOND);
        now += TimeUnit.MILLISECONDS.toNanos(100);
        slots.enter(other, () -> {});
        assertThat(slots.count()).isEqualTo(5);
    }

    @Test
    void whatIsRememberedOfAddressesIsBounded() {
        AddressRates rates = new AddressRates(1, 2);
        for (int i = 0; i < AddressRates.BLOCKS_MAX; i++) {
            assertThat(rates.take(AddressBlock.machine(ip("10.0." + (i >> 8) + "." + (i & 255))), now))
                    .isTrue();
        }
        assertThat(rates.take(AddressBlock.machine(ip("192.0.2.1")), now)).isFalse();
        assertThat(rates.size()).isEqualTo(AddressRates.BLOCKS_MAX);
        now += TimeUnit.SECONDS.toNanos(2);
        assertThat(rates.take(AddressBlock.machine(ip("192.0.2.1")), now)).isTrue();
        assertThat(rates.size()).as("the others are as good as new").isEqualTo(1);
    }
}
