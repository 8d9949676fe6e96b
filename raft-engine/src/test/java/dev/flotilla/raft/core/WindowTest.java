package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A window against simulated links, with a sender that always has more. */
class WindowTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final int MESSAGE_BYTES = 8 << 10;

    private final RaftConfig config =
            RaftConfig.defaults().withAppendBytesMax(16 << 10).withWindow(4096, 64 << 20);
    private Window window = new Window(config);

    /** A link with one queue: requests wait for those before them, then take their time, then the way there and back. */
    private final class Link {
        private record Answer(long index, long atNanos) {}

        private final SplittableRandom random = new SplittableRandom(7);
        private final Deque<Answer> answers = new ArrayDeque<>();
        private long bytesPerSecond = 100_000_000;
        private long serviceNanos;
        private long delayNanos = 10 * MILLI;
        private long jitterNanos;
        private double lost;
        private long nowNanos;
        private long freeAtNanos;
        private long lastAnswerNanos;
        private long sentIndex;
        private long answeredIndex;
        private long longestNanos; // from sending to the answer, since the last run
        private final Deque<Long> sentAt = new ArrayDeque<>();

        /** Runs for so long and says how many bytes a second arrived. */
        long run(long nanos) {
            long end = nowNanos + nanos;
            long before = answeredIndex;
            longestNanos = 0;
            while (nowNanos < end) {
                while (window.isOpen()) {
                    send();
                }
                if (answers.isEmpty()) { // all was lost: given up after a while, as an overdue answer is
                    nowNanos += 250 * MILLI;
                    startOver();
                    continue;
                }
                Answer next = answers.removeFirst();
                nowNanos = Math.max(nowNanos, next.atNanos());
                arrive(next.index());
            }
            return (long) ((answeredIndex - before) * (double) MESSAGE_BYTES * SECOND / nanos);
        }

        private void send() {
            window.sent(++sentIndex, MESSAGE_BYTES, nowNanos);
            sentAt.addLast(nowNanos);
            if (random.nextDouble() < lost) {
                answers.clear(); // what comes after a gap is refused
                nowNanos += 250 * MILLI;
                startOver();
                return;
            }
            long start = Math.max(nowNanos, freeAtNanos);
            freeAtNanos = start + serviceNanos + MESSAGE_BYTES * SECOND / bytesPerSecond;
            long jitter = jitterNanos == 0 ? 0 : random.nextLong(jitterNanos);
            lastAnswerNanos = Math.max(lastAnswerNanos, freeAtNanos + delayNanos + jitter); // in order
            answers.addLast(new Answer(sentIndex, lastAnswerNanos));
        }

        private void startOver() {
            window.clear();
            sentIndex = answeredIndex;
            sentAt.clear();
            freeAtNanos = nowNanos;
        }

        private void arrive(long index) {
            while (answeredIndex < index) {
                answeredIndex++;
                longestNanos = Math.max(longestNanos, nowNanos - sentAt.removeFirst());
            }
            window.answered(index, nowNanos);
        }
    }

    @Test
    void fastLinkIsFilledAndQueuesStayShort() {
        Link link = new Link();
        link.run(SECOND);
        assertThat(link.run(5 * SECOND)).isGreaterThan(90_000_000);
        assertThat(link.longestNanos).isLessThan(25 * MILLI);
    }

    @Test
    void slowLinkGetsNoLongQueue() {
        Link link = new Link();
        link.bytesPerSecond = 1_000_000;
        link.run(2 * SECOND);
        assertThat(link.run(5 * SECOND)).isGreaterThan(850_000);
        assertThat(link.longestNanos).isLessThan(60 * MILLI); // a minute of its bytes would fit into the bound
    }

    /** hashicorp/raft PR 541: 0.35 ms each, so 128 of them queue for 45 ms. */
    @Test
    void messagesThatTakeTimeDoNotQueueBehindEachOther() {
        Link link = new Link();
        link.delayNanos = MILLI / 10;
        link.serviceNanos = 35 * MILLI / 100;
        link.run(SECOND);
        assertThat(link.run(5 * SECOND)).isGreaterThan(9 * (SECOND / (43 * MILLI / 100)) / 10 * MESSAGE_BYTES);
        assertThat(link.longestNanos).isLessThan(3 * MILLI);
    }

    @Test
    void longLinkIsFilledToo() {
        Link link = new Link();
        link.bytesPerSecond = 20_000_000;
        link.delayNanos = 150 * MILLI;
        link.run(10 * SECOND);
        assertThat(link.run(5 * SECOND)).isGreaterThan(17_000_000);
    }

    @Test
    void jitterDoesNotStarveIt() {
        Link link = new Link();
        link.bytesPerSecond = 20_000_000;
        link.jitterNanos = 20 * MILLI;
        link.run(5 * SECOND);
        assertThat(link.run(20 * SECOND)).isGreaterThan(10_000_000);
    }

    @Test
    void lossDoesNotShrinkItForGood() {
        Link link = new Link();
        link.lost = 0.001;
        link.run(SECOND);
        assertThat(link.run(20 * SECOND)).isGreaterThan(15_000_000);
        link.lost = 0;
        link.run(SECOND);
        assertThat(link.run(2 * SECOND)).isGreaterThan(90_000_000);
    }

    @Test
    void linkThatBecomesSlowerAndFasterIsFollowed() {
        Link link = new Link();
        link.run(5 * SECOND);
        link.bytesPerSecond = 2_000_000;
        link.run(12 * SECOND);
        link.run(3 * SECOND);
        assertThat(link.longestNanos).isLessThan(60 * MILLI);
        link.bytesPerSecond = 100_000_000;
        link.run(3 * SECOND);
        assertThat(link.run(3 * SECOND)).isGreaterThan(90_000_000);
    }

    @Test
    void longerWayIsNoticedOnceTheShortestTimeIsOld() {
        Link link = new Link();
        link.run(5 * SECOND);
        link.delayNanos = 60 * MILLI;
        link.run(2 * Window.SHORTEST_AGE_NANOS);
        assertThat(link.run(3 * SECOND)).isGreaterThan(85_000_000);
    }

    @Test
    void idleTimesSayNothingOfTheLink() {
        Link link = new Link();
        link.run(5 * SECOND);
        long full = window.bytesMax();
        for (int i = 0; i < 100; i++) { // one request now and then
            link.nowNanos += SECOND / 10;
            window.clear();
            window.sent(++link.sentIndex, 100, link.nowNanos);
            link.nowNanos += link.delayNanos;
            window.answered(link.sentIndex, link.nowNanos);
        }
        assertThat(window.bytesMax()).isGreaterThan(full / 2);
    }

    @Test
    void itStaysWithinTheBoundsOfTheSettings() {
        window = new Window(config.withWindow(3, 40_000));
        Link link = new Link();
        link.run(5 * SECOND);
        assertThat(window.messagesMax()).isEqualTo(3);
        assertThat(window.bytesMax()).isEqualTo(40_000);
        link.bytesPerSecond = 1_000;
        link.run(60 * SECOND);
        assertThat(window.messagesMax()).isBetween(2, 3);
        assertThat(window.bytesMax()).isBetween((long) config.appendBytesMax(), 40_000L);
    }
}
