package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The reads of one group that wait to be as fresh as asked for. The age of an answer counts from when the last confirmed
 * round was sent, by this peer or, for a lease read, by the leader whose lease rests on it. A lease read goes to the
 * leader from any peer; where there is no lease now, it is served as a linearizable one. Belongs to the group's loop.
 */
final class Reads {
    /** Runs a query when the state machine is idle. */
    interface Runner {
        /**
         * Runs {@code query} and completes {@code future}.
         *
         * @param freshNanos as of when the state is at least as new as the leader's was; null if that is not known
         */
        <T> void run(Supplier<T> query, @Nullable Long freshNanos, CompletableFuture<ReadResult<T>> future);
    }

    /** A round that a leader confirmed: whoever applied {@code index} is as fresh as the leader was at {@code sentNanos}. */
    private record Confirmed(long index, long sentNanos) {}

    private static final class Read<T> {
        final Supplier<T> query;
        final CompletableFuture<ReadResult<T>> future;
        final long deadlineNanos;
        long index; // the read waits until this is applied

        Read(Supplier<T> query, CompletableFuture<ReadResult<T>> future, long deadlineNanos) {
            this.query = query;
            this.future = future;
            this.deadlineNanos = deadlineNanos;
        }

        long index() {
            return index;
        }

        void run(Runner runner, @Nullable Long freshNanos) {
            runner.run(query, freshNanos, future);
        }
    }

    private static final int SWEEP_SIZE_MIN = 64;

    private final NodeContext node;
    private final Runner runner;
    private final Set<Read<?>> unanswered = new LinkedHashSet<>(); // deadlines ascend; some are answered
    private final PriorityQueue<Read<?>> waiting = new PriorityQueue<>(1, Comparator.comparingLong(Read::index));
    private final ArrayDeque<Confirmed> confirmed = new ArrayDeque<>(1); // not applied yet; both fields ascend
    private final ReadRounds<Read<?>> linearizable;
    private final ReadRounds<Read<?>> lease;
    private @Nullable Long freshNanos; // when the newest confirmed round whose index is applied was sent
    private long appliedIndex;
    private int sweepAtSize = SWEEP_SIZE_MIN; // when those that were answered leave unanswered

    Reads(
            NodeContext node,
            long roundTimeoutNanos,
            long appliedIndex,
            @Nullable Long freshNanos,
            BiConsumer<RequestId, Request> ask,
            Runner runner) {
        this.node = node;
        this.appliedIndex = appliedIndex;
        this.freshNanos = freshNanos;
        this.runner = runner;
        this.linearizable = new ReadRounds<>(
                node, new Request.ReadIndex(), roundTimeoutNanos, ask, unanswered::contains, new RoundEnds());
        this.lease = new ReadRounds<>(
                node, new Request.LeaseRead(), roundTimeoutNanos, ask, unanswered::contains, new RoundEnds());
    }

    boolean isIdle() {
        unanswered.removeIf(read -> read.future.isDone());
        return unanswered.isEmpty() && confirmed.isEmpty() && linearizable.isIdle() && lease.isIdle();
    }

    /** When the newest confirmed round whose index is applied was sent; null if there was none. */
    @Nullable
    Long freshNanos() {
        return freshNanos;
    }

    <T> void submit(Consistency consistency, Supplier<T> query, CompletableFuture<ReadResult<T>> future) {
        long now = node.nowNanos();
        Read<T> read =
                new Read<>(query, future, now + node.settings().requestTimeout().toNanos());
        sweep();
        unanswered.add(read);
        if (consistency instanceof Consistency.Linearizable) {
            linearizable.join(read);
        } else if (consistency instanceof Consistency.Lease) {
            lease.join(read);
        } else if (consistency instanceof Consistency.AtLeast atLeast) {
            waitFor(read, atLeast.index());
        } else if (consistency instanceof Consistency.AtMost atMost) {
            submitAtMost(read, atMost.age(), now);
        } else if (consistency instanceof Consistency.Local) {
            waitFor(read, 0);
        } else {
            throw new AssertionError("unhandled consistency: " + consistency);
        }
    }

    private void submitAtMost(Read<?> read, Duration age, long now) {
        long since = age.compareTo(Duration.ofNanos(now)) >= 0 ? 0 : now - age.toNanos();
        for (Confirmed known : confirmed) {
            if (known.sentNanos >= since) {
                waitFor(read, known.index);
                return;
            }
        }
        if (freshNanos != null && freshNanos >= since) {
            waitFor(read, 0);
        } else {
            linearizable.join(read);
        }
    }

    void answered(RequestId id, Result result) {
        linearizable.answered(id, result);
        lease.answered(id, result);
    }

    /** What rounds of either kind lead to. */
    private final class RoundEnds implements ReadRounds.Listener<Read<?>> {
        @Override
        public void confirmed(List<Read<?>> reads, long index, long sinceNanos) {
            Confirmed last = confirmed.peekLast();
            while (last != null && last.index >= index && last.sentNanos <= sinceNanos) {
                confirmed.removeLast();
                last = confirmed.peekLast();
            }
            if (last == null || last.sentNanos < sinceNanos) {
                confirmed.add(new Confirmed(index, sinceNanos));
            }
            promoteConfirmed();
            reads.forEach(read -> waitFor(read, index));
        }

        @Override
        public void refused(List<Read<?>> reads, String why) {
            reads.forEach(read -> fail(read, why));
        }
    }

    private void waitFor(Read<?> read, long index) {
        if (!unanswered.contains(read)) {
            return;
        }
        read.index = index;
        if (index <= appliedIndex) {
            read.run(runner, freshNanos);
        } else {
            waiting.add(read);
        }
    }

    /** Everything up to {@code index} is applied. */
    void applied(long index) {
        appliedIndex = Math.max(appliedIndex, index);
        promoteConfirmed();
        for (Read<?> first = waiting.peek(); first != null && first.index <= appliedIndex; first = waiting.peek()) {
            waiting.remove();
            if (unanswered.contains(first)) {
                first.run(runner, freshNanos);
            }
        }
        sweep();
    }

    /** Lets go of reads that have their answer, or got none in time. */
    private void sweep() {
        if (unanswered.size() >= sweepAtSize) {
            unanswered.removeIf(read -> read.future.isDone());
            sweepAtSize = Math.max(SWEEP_SIZE_MIN, 2 * unanswered.size());
        }
        if (waiting.size() >= SWEEP_SIZE_MIN + 2 * unanswered.size()) {
            waiting.removeIf(read -> !unanswered.contains(read));
        }
    }

    private void promoteConfirmed() {
        for (Confirmed first = confirmed.peek();
                first != null && first.index <= appliedIndex;
                first = confirmed.peek()) {
            freshNanos = freshNanos == null ? first.sentNanos : Math.max(freshNanos, first.sentNanos);
            confirmed.remove();
        }
    }

    long nextTickNanos() {
        long due = Math.min(linearizable.nextTickNanos(), lease.nextTickNanos());
        return unanswered.isEmpty() ? due : Math.min(due, unanswered.iterator().next().deadlineNanos);
    }

    void tick(long nowNanos) {
        for (Iterator<Read<?>> all = unanswered.iterator(); all.hasNext(); ) {
            Read<?> eldest = all.next();
            if (eldest.deadlineNanos > nowNanos) {
                break;
            }
            all.remove();
            node.threads()
                    .fail(
                            eldest.future,
                            new UnavailableException("not that fresh within "
                                    + node.settings().requestTimeout().toMillis() + " ms"));
        }
        linearizable.tick(nowNanos);
        lease.tick(nowNanos);
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        linearizable.retryNow();
        lease.retryNow();
    }

    private void fail(Read<?> read, String why) {
        unanswered.remove(read);
        node.threads().fail(read.future, new UnavailableException(why));
    }

    void stop(String why) {
        List.copyOf(unanswered).forEach(read -> fail(read, why));
        waiting.clear();
        linearizable.stop();
        lease.stop();
    }
}
