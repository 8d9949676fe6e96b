package dev.flotilla.libp2p.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.SelectStrategy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PollBeforeWaitTest {
    private static final long SHORT_NANOS = PollBeforeWait.POLL_NANOS_MAX - 1;
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private long nowNanos = -5; // any origin will do
    private final PollBeforeWait strategy = new PollBeforeWait(() -> nowNanos);

    @Test
    void sleepsAtOnceAtFirst() throws Exception {
        assertThat(ask(0)).isEqualTo(SelectStrategy.SELECT);
    }

    @Test
    void looksForAsLongAsShortSleepsWouldHaveLasted() throws Exception {
        for (int i = 0; i < 10; i++) {
            sleep(SHORT_NANOS);
        }

        assertThat(pollsFor()).isEqualTo(PollBeforeWait.POLL_NANOS_MAX);
    }

    @Test
    void looksALittleAfterOneShortSleep() throws Exception {
        sleep(SHORT_NANOS);

        assertThat(pollsFor()).isEqualTo(PollBeforeWait.POLL_NANOS_MIN);
    }

    @Test
    void looksNoMoreOnceEventsComeSeldom() throws Exception {
        for (int i = 0; i < 10; i++) {
            sleep(SHORT_NANOS);
        }
        for (int i = 0; i < 10; i++) {
            sleep(LONG_NANOS);
        }

        assertThat(pollsFor()).isZero();
    }

    @Test
    void countsFromTheLastEvent() throws Exception {
        for (int i = 0; i < 10; i++) {
            sleep(SHORT_NANOS);
        }
        assertThat(ask(0)).isEqualTo(SelectStrategy.CONTINUE);
        nowNanos += SHORT_NANOS;
        assertThat(ask(1)).isEqualTo(1);

        assertThat(pollsFor()).isEqualTo(PollBeforeWait.POLL_NANOS_MAX);
    }

    @Test
    void looksLessWhereOthersHaveTheProcessorForLong() throws Exception {
        for (int i = 0; i < 10; i++) {
            sleep(SHORT_NANOS);
        }
        assertThat(ask(0)).isEqualTo(SelectStrategy.CONTINUE);
        nowNanos += LONG_NANOS; // until the thread came to look again
        assertThat(ask(1)).isEqualTo(1);

        assertThat(pollsFor()).isEqualTo(PollBeforeWait.POLL_NANOS_MAX / 2);
    }

    @Test
    void givesBackAtOnceWhatIsReady() throws Exception {
        assertThat(ask(3)).isEqualTo(3);
    }

    @Test
    void neitherSleepsNorPollsWhileThereAreTasks() throws Exception {
        assertThat(strategy.calculateStrategy(() -> 0, true)).isZero();
    }

    private int ask(int ready) throws Exception {
        return strategy.calculateStrategy(() -> ready, false);
    }

    /** Until the loop sleeps, and that it does so for {@code nanos} from its last event on. */
    private void sleep(long nanos) throws Exception {
        long since = nowNanos;
        while (ask(0) != SelectStrategy.SELECT) {
            nowNanos++;
        }
        nowNanos = since + nanos;
        assertThat(ask(1)).isEqualTo(1);
    }

    private long pollsFor() throws Exception {
        long since = nowNanos;
        while (ask(0) == SelectStrategy.CONTINUE) {
            nowNanos++;
        }
        return nowNanos - since;
    }
}
