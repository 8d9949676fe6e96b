package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * The reads of one group that wait to be as fresh as asked for. One ReadIndex round is on its way at a time and covers
 * every read that came before it was sent; a round may be made again freely (thesis §6.4). The age of an answer counts
 * from when the last confirmed round was sent. Belongs to the group's loop.
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

    private record Round(RequestId id, long sentNanos, List<Read<?>> reads) {}

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
    private final long roundTimeoutNanos;
    private final BiConsumer<RequestId, Request> ask;
    private final Runner runner;
    private final Set<Read<?>> unanswered = new LinkedHashSet<>(); // deadlines ascend; some are answered
    private final PriorityQueue<Read<?>> waiting = new PriorityQueue<>(1, Comparator.comparingLong(Read::index));
    private final ArrayDeque<Confirmed> confirmed = new ArrayDeque<>(1); // not applied yet; both fields ascend
    private List<Read<?>> next = new ArrayList<>(); // came after the round on its way was sent
    private @Nullable Round round;
    private @Nullable Long freshNanos; // when the newest confirmed round whose index is applied was sent
    private long retryNanos = Alarm.NEVER;
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
        this.roundTimeoutNanos = roundTimeoutNanos;
        this.appliedIndex = appliedIndex;
        this.freshNanos = freshNanos;
        this.ask = ask;
        this.runner = runner;
    }

    boolean isIdle() {
        unanswered.removeIf(read -> read.future.isDone());
        return unanswered.isEmpty() && confirmed.isEmpty() && next.isEmpty() && round == null;
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
        if (consistency instanceof Consistency.Lease) {
            node.threads().fail(future, new UnavailableException("this group has no lease reads"));
            return;
        }
        sweep();
        unanswered.add(read);
        if (consistency instanceof Consistency.Linearizable) {
            joinRound(read);
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
            joinRound(read);
        }
    }

    private void joinRound(Read<?> read) {
        next.add(read);
        if (round == null && retryNanos == Alarm.NEVER) {
            sendRound();
        }
    }

    private void sendRound() {
        retryNanos = Alarm.NEVER;
        Round sent = new Round(node.nextRequestId(), node.nowNanos(), next);
        next = new ArrayList<>();
        round = sent;
        ask.accept(sent.id, new Request.ReadIndex());
    }

    void answered(RequestId id, Result result) {
        Round answered = round;
        if (answered == null || !answered.id.equals(id)) {
            return;
        }
        round = null;
        if (result instanceof Result.ReadAt readAt) {
            onConfirmed(answered, readAt.index());
        } else if (result instanceof Result.Refused refused && refused.reason() == Result.Reason.NOT_ALLOWED) {
            answered.reads.forEach(read -> fail(read, refused.detail()));
        } else {
            again(answered, node.nowNanos() + node.settings().retryDelay().toNanos());
        }
        if (round == null && retryNanos == Alarm.NEVER && !next.isEmpty()) {
            sendRound();
        }
    }

    private void onConfirmed(Round answered, long index) {
        confirmed.add(new Confirmed(index, answered.sentNanos));
        promoteConfirmed();
        answered.reads.forEach(read -> waitFor(read, index));
    }

    private void again(Round failed, long atNanos) {
        List<Read<?>> reads = new ArrayList<>(failed.reads);
        reads.removeIf(read -> !unanswered.contains(read));
        reads.addAll(next);
        next = reads;
        if (!next.isEmpty()) {
            retryNanos = atNanos;
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
            freshNanos = first.sentNanos;
            confirmed.remove();
        }
    }

    long nextTickNanos() {
        long due = retryNanos;
        if (round != null) {
            due = Math.min(due, round.sentNanos + roundTimeoutNanos);
        }
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
        Round late = round;
        if (late != null && late.sentNanos + roundTimeoutNanos <= nowNanos) {
            round = null;
            again(late, nowNanos);
        }
        if (retryNanos <= nowNanos) {
            retryNow();
        }
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        if (retryNanos != Alarm.NEVER) {
            sendRound();
        }
    }

    private void fail(Read<?> read, String why) {
        unanswered.remove(read);
        node.threads().fail(read.future, new UnavailableException(why));
    }

    void stop(String why) {
        List.copyOf(unanswered).forEach(read -> fail(read, why));
        waiting.clear();
        next.clear();
        round = null;
    }
}
