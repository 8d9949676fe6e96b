package dev.flotilla.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.transport.Bytes;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FrameQueueTest {
    private static final Bytes KILOBYTE = Bytes.wrap(new byte[1000]);

    private final FrameQueue queue = new FrameQueue(3_500);
    private final AtomicInteger calls = new AtomicInteger();

    FrameQueueTest() {
        queue.onWritable(calls::incrementAndGet);
    }

    @Test
    void takesNothingUntilItIsOpen() {
        assertThat(queue.offer(KILOBYTE)).isFalse();
        queue.callBackIfWritable();
        assertThat(calls).hasValue(0);
        queue.open();
        queue.callBackIfWritable();
        queue.callBackIfWritable();
        assertThat(calls).hasValue(1);
        assertThat(queue.offer(KILOBYTE)).isTrue();
    }

    @Test
    void saysNoWhenFullAndCallsBackOnceThereIsRoom() {
        queue.open();
        for (int i = 0; i < 3; i++) {
            assertThat(queue.offer(KILOBYTE)).isTrue();
        }
        assertThat(queue.offer(KILOBYTE)).isFalse();
        assertThat(queue.offer(Bytes.EMPTY)).isTrue();
        queue.callBackIfWritable();
        assertThat(calls).hasValue(0);
        assertThat(queue.poll(1)).containsExactly(KILOBYTE);
        queue.callBackIfWritable();
        assertThat(calls).hasValue(1);
        assertThat(queue.offer(KILOBYTE)).isTrue();
        queue.callBackIfWritable();
        assertThat(calls).as("nobody was refused since").hasValue(1);
    }

    @Test
    void anEmptyQueueTakesAnyFrame() {
        queue.open();
        Bytes large = Bytes.wrap(new byte[10_000]);
        assertThat(queue.offer(large)).isTrue();
        assertThat(queue.offer(Bytes.EMPTY)).isFalse();
        assertThat(queue.poll(1)).containsExactly(large);
        assertThat(queue.poll(1)).isEmpty();
        assertThat(queue.offer(large)).isTrue();
    }

    @Test
    void emptyFramesAreBoundedToo() {
        queue.open();
        int taken = 0;
        while (queue.offer(Bytes.EMPTY)) {
            taken++;
        }
        assertThat(taken).isLessThan(100);
    }

    @Test
    void closingForgetsWhatItHolds() {
        queue.open();
        queue.offer(KILOBYTE);
        queue.close();
        assertThat(queue.offer(KILOBYTE)).isFalse();
        queue.open();
        assertThat(queue.poll(1)).isEmpty();
    }
}
