package dev.flotilla.raft.sim;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Many seeds one after the other, on as many threads as there are processors; and what came of them. */
final class SeedRange {
    private static final int FAILURES_SHOWN = 5;
    private static final int FAILURES_MAX = 50; // more of them tell nothing new

    private final long from;
    private final long endExclusive;
    private final long endNanos;
    private final AtomicLong next;
    private final AtomicLong done = new AtomicLong();
    private final List<Failure> failures = Collections.synchronizedList(new ArrayList<>());
    private final Tally tally = new Tally();

    private record Failure(long seed, Throwable cause) {}

    private SeedRange(long from, long endExclusive, long endNanos) {
        this.from = from;
        this.endExclusive = endExclusive;
        this.endNanos = endNanos;
        this.next = new AtomicLong(from);
    }

    /** That many seeds from {@code from} on. */
    static SeedRange of(long from, long seeds) {
        return new SeedRange(from, from + seeds, Long.MAX_VALUE);
    }

    /** Seeds from {@code from} on, until the time is up. */
    static SeedRange during(long from, Duration time) {
        return new SeedRange(from, Long.MAX_VALUE, System.nanoTime() + time.toNanos());
    }

    SeedRange run() throws InterruptedException, ExecutionException {
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            Callable<Tally> worker = this::work;
            for (Future<Tally> part : pool.invokeAll(Collections.nCopies(threads, worker))) {
                tally.merge(part.get());
            }
        } finally {
            pool.shutdown();
        }
        return this;
    }

    private Tally work() {
        Tally mine = new Tally();
        while (failures.size() < FAILURES_MAX && (endNanos == Long.MAX_VALUE || System.nanoTime() < endNanos)) {
            long seed = next.getAndIncrement();
            if (seed >= endExclusive) {
                break;
            }
            try {
                mine.add(SeedRun.run(seed, null));
            } catch (RuntimeException | AssertionError e) {
                failures.add(new Failure(seed, e));
            }
            done.incrementAndGet();
        }
        return mine;
    }

    Tally tally() {
        return tally;
    }

    boolean failed() {
        return !failures.isEmpty();
    }

    /** The lowest seed that failed; null if none did. */
    @Nullable
    Long firstFailed() {
        return failures.stream().map(Failure::seed).min(Long::compare).orElse(null);
    }

    /** The table, what failed and how to see it again, and as the last line how many there were. */
    void print(PrintStream out) {
        out.print(tally.table());
        out.print(failureText());
        out.println(done.get() + " seeds, " + failures.size() + " failures");
    }

    /** The first that failed and the commands that replay them; of the others the seed and the first line of what they say. */
    String failureText() {
        List<Failure> sorted = failures.stream()
                .sorted(Comparator.comparingLong(Failure::seed))
                .toList();
        StringBuilder text = new StringBuilder();
        sorted.stream()
                .limit(FAILURES_SHOWN)
                .forEach(each -> text.append("seed " + each.seed() + " failed: " + each.cause() + "\n    at "
                        + where(each) + "\n    " + replayCommand(each.seed()) + "\n"));
        sorted.stream()
                .skip(FAILURES_SHOWN)
                .forEach(each -> text.append("seed " + each.seed() + " failed: " + firstLine(each) + "\n"));
        if (sorted.size() >= FAILURES_MAX) {
            text.append("no more seeds were run after that many failures\n");
        }
        return text.toString();
    }

    private static String firstLine(Failure failure) {
        return String.valueOf(failure.cause()).lines().findFirst().orElse("");
    }

    private static String where(Failure failure) {
        StackTraceElement[] stack = failure.cause().getStackTrace();
        for (StackTraceElement each : stack) {
            if (!each.getClassName().equals(Violation.class.getName())) {
                return each.toString();
            }
        }
        return "an unknown place";
    }

    /** The one command that shows that seed's run as prose. */
    static String replayCommand(long seed) {
        return "mvn -q -pl raft-engine -am verify -Psim -Dsim.seed=" + seed;
    }

    @Override
    public String toString() {
        return done.get() + " seeds from " + from;
    }
}
