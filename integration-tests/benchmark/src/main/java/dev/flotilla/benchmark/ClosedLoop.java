package dev.flotilla.benchmark;

import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Runs one {@link Load} on the contender of this process. A client goes on in the thread that told it of its last end. */
final class ClosedLoop {
    private static final int COMMANDS = 256; // of random bytes, used in turn
    private static final long LATENCY_NANOS_MAX = TimeUnit.MINUTES.toNanos(2);
    private static final int DIGITS = 3;
    private static final long RETRY_MILLIS = 10; // after a failure

    private final Contender contender;
    private final int[] groups;
    private final Load load;
    private final byte[][] commands;
    private final Recorder latencies = new Recorder(LATENCY_NANOS_MAX, DIGITS);
    private final LongAdder writes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicLong left;
    private final CountDownLatch running;
    private final ScheduledExecutorService retries = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "retries");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean ending;
    private volatile String lastFailure = "";

    /** Told of the part that is measured, while the load goes on. */
    interface Listener {
        void begins();

        void ends(Load.Outcome outcome);
    }

    /**
     * A loop over {@code groups}, which each client writes to in turn.
     *
     * @throws IllegalArgumentException if there is none
     */
    ClosedLoop(Contender contender, int[] groups, Load load) {
        if (groups.length == 0) {
            throw new IllegalArgumentException("a load needs a group that this peer leads");
        }
        this.contender = contender;
        this.groups = groups.clone();
        this.load = load;
        this.left = new AtomicLong(load.operationsMax());
        this.running = new CountDownLatch(load.outstanding());
        this.commands = new byte[COMMANDS][load.bytes()];
        SplittableRandom random = new SplittableRandom(load.bytes());
        for (byte[] command : commands) {
            random.nextBytes(command);
        }
    }

    /** Returns once the last operation has ended. */
    void run(Listener listener) throws InterruptedException {
        for (int i = 0; i < load.outstanding(); i++) {
            new Client(i).next();
        }
        awaitEnd(load.warmUpSeconds());
        Histogram histogram = latencies.getIntervalHistogram();
        writes.reset();
        listener.begins();
        long beginNanos = System.nanoTime();
        awaitEnd(load.seconds());
        long writesMeasured = writes.sum(); // first: no more writes than operations, but for one of each client
        histogram = latencies.getIntervalHistogram(histogram);
        listener.ends(outcome(histogram, writesMeasured, (System.nanoTime() - beginNanos) / 1e9));
        ending = true;
        running.await();
        retries.shutdown();
    }

    /** For so long, or until all operations that were asked for have ended. */
    private void awaitEnd(double seconds) throws InterruptedException {
        boolean unused = running.await(Math.round(seconds * 1e6), TimeUnit.MICROSECONDS);
    }

    private Load.Outcome outcome(Histogram histogram, long writesMeasured, double seconds) {
        return new Load.Outcome(
                histogram.getTotalCount(),
                writesMeasured,
                seconds,
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3,
                histogram.getValueAtPercentile(99.9) / 1e3,
                failures.sum(),
                lastFailure);
    }

    /** One of those who ask. */
    private final class Client implements Contender.Done {
        private final SplittableRandom random;
        private int turn; // over commands and over groups
        private long begunNanos;
        private boolean isRead;

        Client(int number) {
            random = new SplittableRandom(number);
            turn = number;
        }

        void next() {
            if (left.getAndDecrement() <= 0) {
                running.countDown();
                return;
            }
            isRead = load.readPercent() > 0 && random.nextInt(100) < load.readPercent();
            begunNanos = System.nanoTime();
            if (isRead) {
                contender.read(this);
            } else {
                turn = (turn + 1) & Integer.MAX_VALUE;
                contender.propose(groups[turn % groups.length], commands[turn % COMMANDS], this);
            }
        }

        @Override
        public void ended(@Nullable String failure) {
            if (failure == null) {
                latencies.recordValue(Math.min(System.nanoTime() - begunNanos, LATENCY_NANOS_MAX));
                if (!isRead) {
                    writes.increment();
                }
            } else {
                lastFailure = failure;
                failures.increment();
            }
            if (ending) {
                running.countDown();
            } else if (failure == null) {
                next();
            } else {
                ScheduledFuture<?> unused = retries.schedule(this::next, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }
}
