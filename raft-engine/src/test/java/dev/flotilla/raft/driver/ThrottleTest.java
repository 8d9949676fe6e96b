package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong now = new AtomicLong(5 * SECOND);

    @Test
    void bytesWaitUntilThoseBeforeThemArePaidFor() {
        Throttle throttle = new Throttle(1000, now::get);
        assertThat(throttle.delayNanos(500)).isZero();
        assertThat(throttle.delayNanos(1000)).isEqualTo(SECOND / 2);
        assertThat(throttle.delayNanos(1)).isEqualTo(SECOND * 3 / 2);
    }

    @Test
    void whatWasNotUsedIsNotSavedUp() {
        Throttle throttle = new Throttle(1000, now::get);
        now.addAndGet(60 * SECOND);
        assertThat(throttle.delayNanos(1000)).isZero();
        assertThat(throttle.delayNanos(1000)).isEqualTo(SECOND);
    }

    @Test
    void withoutABoundNothingWaits() {
        Throttle throttle = new Throttle(Long.MAX_VALUE, now::get);
        assertThat(throttle.delayNanos(Long.MAX_VALUE)).isZero();
        assertThat(throttle.delayNanos(1)).isZero();
    }
}
