package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When the round trip is measured, and what counts as an answer. */
@ExtendWith(NoLeaks.class)
class RoundTripTest {
    private final Wire wire = new Wire(YamuxConfig.defaults());
    private final RoundTrip roundTrip = wire.handler.session().roundTrip();

    @AfterEach
    void close() {
        wire.close();
    }

    private void answer(long value) {
        wire.receive(Wire.frame(Frame.PING, Frame.ACK, 0, value));
    }

    private List<Frame> pings() {
        return wire.sent(Frame.PING, 0);
    }

    @Test
    void isMeasuredOnceBytesFlow() {
        wire.receive(Wire.syn(1), Wire.data(1, new byte[1000]));
        assertThat(pings()).as("hardly any").isEmpty();
        wire.receive(Wire.data(1, new byte[40_000]), Wire.data(1, new byte[40_000]));
        assertThat(pings()).containsExactly(new Frame(Frame.PING, Frame.SYN, 0, 1));
        wire.pass(30, TimeUnit.MILLISECONDS);
        answer(1);
        assertThat(roundTrip.nanos()).isEqualTo(30_000_000);
    }

    @Test
    void isMeasuredAgainNowAndThen() {
        roundTrip.refresh();
        roundTrip.refresh();
        assertThat(pings()).hasSize(1);
        wire.pass(9, TimeUnit.SECONDS);
        roundTrip.refresh();
        assertThat(pings()).isEmpty();
        wire.pass(2, TimeUnit.SECONDS);
        roundTrip.refresh();
        assertThat(pings()).as("though the first has no answer").hasSize(1);
    }

    @Test
    void followsAShorterTimeAtOnceAndALongerOneByHalf() {
        for (long[] sampleAndResult : new long[][] {{40, 40}, {80, 60}, {20, 20}}) {
            roundTrip.ping();
            long value = pings().get(0).length();
            wire.pass(sampleAndResult[0], TimeUnit.MILLISECONDS);
            answer(value);
            assertThat(roundTrip.nanos()).isEqualTo(sampleAndResult[1] * 1_000_000);
        }
    }

    @Test
    void anAnswerCountsOnceAndOnlyToTheLastQuestion() {
        roundTrip.ping();
        roundTrip.ping();
        wire.pass(10, TimeUnit.MILLISECONDS);
        answer(1);
        answer(0xffff_ffffL);
        assertThat(roundTrip.nanos()).isZero();
        answer(2);
        assertThat(roundTrip.nanos()).isEqualTo(10_000_000);
        wire.pass(10, TimeUnit.MILLISECONDS);
        answer(2);
        assertThat(roundTrip.nanos()).isEqualTo(10_000_000);
    }
}
