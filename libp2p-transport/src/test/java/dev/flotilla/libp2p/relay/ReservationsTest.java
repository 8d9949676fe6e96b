package dev.flotilla.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.relay.Reservations.Outcome;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReservationsTest {
    private static final Multiaddr ONE = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");
    private static final Multiaddr OTHER = Multiaddr.parse("/ip4/192.0.2.2/tcp/4001");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10); // wraps around meanwhile
    private final PeerId a = PrivateKey.generate().peerId();
    private final PeerId b = PrivateKey.generate().peerId();
    private final PeerId c = PrivateKey.generate().peerId();

    private Reservations reservations(int max, int perAddressMax) {
        return new Reservations(
                RelayLimits.defaults().withReservations(max, perAddressMax).withReservationTtl(Duration.ofSeconds(10)),
                nanos::get);
    }

    @Test
    void aPeerHasOneAndMayRenewItEvenWhenThereIsNoRoomForOthers() {
        Reservations reservations = reservations(2, 2);
        assertThat(reservations.reserve(a, ONE)).isEqualTo(Outcome.RESERVED);
        assertThat(reservations.reserve(b, OTHER)).isEqualTo(Outcome.RESERVED);
        assertThat(reservations.reserve(c, OTHER)).isEqualTo(Outcome.REFUSED);
        assertThat(reservations.reserve(a, ONE)).isEqualTo(Outcome.RENEWED);
        assertThat(reservations.size()).isEqualTo(2);
        assertThat(reservations.has(c)).isFalse();
    }

    @Test
    void anAddressHasItsPart() {
        Reservations reservations = reservations(10, 1);
        assertThat(reservations.reserve(a, ONE)).isEqualTo(Outcome.RESERVED);
        assertThat(reservations.reserve(b, ONE)).isEqualTo(Outcome.REFUSED);
        assertThat(reservations.reserve(b, OTHER)).isEqualTo(Outcome.RESERVED);
        assertThat(reservations.reserve(a, OTHER)).as("it has moved").isEqualTo(Outcome.REFUSED);
    }

    @Test
    void anIp6NetworkCountsAsOneAddress() {
        Reservations reservations = reservations(10, 1);
        assertThat(reservations.reserve(a, Multiaddr.parse("/ip6/2001:db8::1/tcp/1")))
                .isEqualTo(Outcome.RESERVED);
        assertThat(reservations.reserve(b, Multiaddr.parse("/ip6/2001:db8::ffff:1/tcp/1")))
                .isEqualTo(Outcome.REFUSED);
        assertThat(reservations.reserve(b, Multiaddr.parse("/ip6/2001:db8:0:1::1/tcp/1")))
                .isEqualTo(Outcome.RESERVED);
    }

    @Test
    void theyEndUnlessRenewed() {
        Reservations reservations = reservations(1, 1);
        reservations.reserve(a, ONE);
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(reservations.has(a)).isTrue();
        reservations.reserve(a, ONE);
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(reservations.has(a)).isTrue();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(reservations.has(a)).isFalse();
        assertThat(reservations.size()).isZero();
        assertThat(reservations.reserve(b, ONE)).as("its room is free").isEqualTo(Outcome.RESERVED);
    }

    @Test
    void theAnswerIsFreshForAWhileAndForOneAddress() {
        Reservations reservations = reservations(2, 2); // for ten seconds
        HopMessage told = CircuitMessages.hopStatus(Status.OK);
        reservations.answered(a, told);
        assertThat(reservations.freshAnswer(a, ONE)).as("it has none").isEmpty();
        reservations.reserve(a, ONE);
        assertThat(reservations.freshAnswer(a, ONE)).as("it was not told yet").isEmpty();
        reservations.answered(a, told);
        assertThat(reservations.freshAnswer(a, ONE)).contains(told);
        assertThat(reservations.freshAnswer(a, OTHER)).as("it has moved").isEmpty();
        assertThat(reservations.freshAnswer(b, ONE)).isEmpty();
        nanos.addAndGet(Duration.ofMillis(2500).toNanos());
        assertThat(reservations.freshAnswer(a, ONE)).as("a quarter is over").isEmpty();
    }

    @Test
    void thoseThatEndedAreToldOnce() {
        Reservations reservations = reservations(2, 2);
        reservations.reserve(a, ONE);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        reservations.reserve(b, ONE);
        assertThat(reservations.dropEnded()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(reservations.dropEnded()).containsExactly(a);
        assertThat(reservations.dropEnded()).isEmpty();
        assertThat(reservations.has(b)).isTrue();
    }

    @Test
    void circuitsAreBoundedInAllAndForEachEnd() {
        PeerQuota circuits = new PeerQuota(3, 2);
        assertThat(circuits.enter(List.of(a, b))).isTrue();
        assertThat(circuits.enter(List.of(b, a))).isTrue();
        assertThat(circuits.enter(List.of(a, c))).as("a has its part").isFalse();
        circuits.leave(List.of(a, b));
        assertThat(circuits.enter(List.of(a, c))).isTrue();
        circuits.leave(List.of(b, a));
        circuits.leave(List.of(a, c));
        assertThat(circuits.total()).isZero();
    }
}
