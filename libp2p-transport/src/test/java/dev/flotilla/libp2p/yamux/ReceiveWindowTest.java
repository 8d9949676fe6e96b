package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Windows that follow the bandwidth-delay product, within one budget (libp2p spec, yamux, flow control). */
class ReceiveWindowTest {
    private static final int INITIAL = YamuxConfig.INITIAL_WINDOW_BYTES;
    private static final int MAX = 16 << 20;

    private final Wire wire = new Wire(YamuxConfig.defaults());
    private final RoundTrip roundTrip = new RoundTrip(
            wire.handler.session().writer(), wire.channel.eventLoop().ticker());
    private final WindowBudget budget = new WindowBudget(64L << 20);
    private int pings;

    @AfterEach
    void close() {
        wire.close();
    }

    private ReceiveWindow window() {
        return new ReceiveWindow(budget, roundTrip, MAX);
    }

    private void measure(Duration time) {
        roundTrip.ping();
        pings++;
        wire.pass(time.toNanos(), TimeUnit.NANOSECONDS);
        roundTrip.onAnswer(pings);
    }

    /** The peer sends half a window, and the application has read it after {@code time}. */
    private static long readHalf(Wire wire, ReceiveWindow window, Duration time) {
        int half = window.size() / 2;
        assertThat(window.take(half)).isTrue();
        wire.pass(time.toNanos(), TimeUnit.NANOSECONDS);
        return window.onRead(half);
    }

    @Test
    void givesCreditOnceHalfTheWindowIsRead() {
        ReceiveWindow window = window();
        assertThat(window.take(INITIAL)).isTrue();
        assertThat(window.take(1)).as("nothing is left").isFalse();
        assertThat(window.onRead(INITIAL / 2 - 1)).isZero();
        assertThat(window.onRead(1)).isEqualTo(INITIAL / 2);
        assertThat(window.take(INITIAL / 2 + 1)).as("more than the credit").isFalse();
        assertThat(window.take(INITIAL / 2)).isTrue();
    }

    @Test
    void doublesWhileHalfAWindowIsReadWithinFourRoundTrips() {
        measure(Duration.ofMillis(50));
        ReceiveWindow window = window();
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int before = window.size();
            long credit = readHalf(wire, window, Duration.ofMillis(199));
            assertThat(credit).as("the peer is told of the growth").isEqualTo(before / 2 + window.size() - before);
            sizes.add(window.size() / INITIAL);
        }
        assertThat(sizes).containsExactly(2, 4, 8, 16, 32, 64, 64, 64);
        assertThat(window.take(MAX)).isTrue();
        assertThat(window.take(1)).isFalse();
    }

    @Test
    void staysIfTheApplicationIsWhatReadsSlowly() {
        measure(Duration.ofMillis(50));
        ReceiveWindow window = window();
        assertThat(readHalf(wire, window, Duration.ofMillis(200))).isEqualTo(INITIAL / 2);
        assertThat(window.size()).isEqualTo(INITIAL);
    }

    @Test
    void staysWhileTheRoundTripIsUnknown() {
        ReceiveWindow window = window();
        assertThat(readHalf(wire, window, Duration.ZERO)).isEqualTo(INITIAL / 2);
        assertThat(window.size()).isEqualTo(INITIAL);
    }

    @Test
    void allWindowsOfAConnectionShareOneBudget() {
        WindowBudget small = new WindowBudget(4 * INITIAL);
        measure(Duration.ofMillis(50));
        ReceiveWindow first = new ReceiveWindow(small, roundTrip, MAX);
        ReceiveWindow second = new ReceiveWindow(small, roundTrip, MAX);
        readHalf(wire, first, Duration.ZERO);
        readHalf(wire, first, Duration.ZERO);
        readHalf(wire, second, Duration.ZERO);
        assertThat(first.size()).isEqualTo(3 * INITIAL);
        assertThat(second.size()).isEqualTo(INITIAL);

        ReceiveWindow third = new ReceiveWindow(small, roundTrip, MAX);
        assertThat(third.take(INITIAL)).as("what the spec gives each stream").isTrue();
        readHalf(wire, second, Duration.ZERO);
        assertThat(second.size()).isEqualTo(INITIAL);

        first.close();
        first.close();
        readHalf(wire, second, Duration.ZERO);
        assertThat(second.size()).as("what a closed stream gave back").isEqualTo(2 * INITIAL);
        second.close();
        third.close();
        assertThat(small.granted()).isZero();
    }
}
