package dev.flotilla.libp2p.sockets;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.IntSupplier;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Looks for events again and again for a short while before the loop's thread is put to sleep. To put a processor to sleep
 * and to wake it takes longer than a round trip between processes of one machine, and costs more of its time than to look.
 * For how long follows from what it would have saved, as in the haltpoll governor of Linux: twice as long after a sleep
 * that was shorter than {@link #POLL_NANOS_MAX}, half as long after one that was longer. So a loop whose events come from
 * afar, or seldom, does not look at all. In between, whoever else waits for the processor has it.
 *
 * <p>One for each loop; belongs to its thread.
 */
final class PollBeforeWait implements SelectStrategy {
    static final long POLL_NANOS_MAX = TimeUnit.MICROSECONDS.toNanos(100);
    static final long POLL_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(10);

    private final LongSupplier clock;
    private long pollNanos; // 0 or POLL_NANOS_MIN <= pollNanos <= POLL_NANOS_MAX
    private long idleSinceNanos;
    private boolean idle; // since then no event came; tasks that ran between two looks are not seen
    private boolean slept; // since it was asked last

    PollBeforeWait(LongSupplier clock) {
        this.clock = clock;
    }

    /** Such a strategy for each loop; on a single processor, which others need meanwhile, loops sleep at once. */
    static SelectStrategyFactory factory() {
        return Runtime.getRuntime().availableProcessors() > 1
                ? () -> new PollBeforeWait(System::nanoTime)
                : DefaultSelectStrategyFactory.INSTANCE;
    }

    @Override
    public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
        int ready = selectNow.get();
        if (slept) {
            adapt(clock.getAsLong() - idleSinceNanos);
            slept = false;
            idle = false;
        }
        if (hasTasks || ready > 0) {
            learnFromLook();
            idle = false;
            return ready;
        }
        long now = clock.getAsLong();
        if (!idle) {
            idle = true;
            idleSinceNanos = now;
        }
        if (now - idleSinceNanos < pollNanos) {
            letOthersRun();
            return CONTINUE;
        }
        slept = true;
        return SELECT;
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: the next look is as good later
    private static void letOthersRun() {
        Thread.yield();
    }

    /** On a busy machine others may have had the processor for longer between two looks than a sleep would have lasted. */
    private void learnFromLook() {
        if (idle && pollNanos > 0) {
            long idleNanos = clock.getAsLong() - idleSinceNanos;
            if (idleNanos >= POLL_NANOS_MAX) {
                adapt(idleNanos);
            }
        }
    }

    private void adapt(long idleNanos) {
        if (idleNanos < POLL_NANOS_MAX) {
            pollNanos = Math.min(POLL_NANOS_MAX, Math.max(POLL_NANOS_MIN, 2 * pollNanos));
        } else {
            pollNanos = pollNanos / 2 < POLL_NANOS_MIN ? 0 : pollNanos / 2;
        }
    }
}
