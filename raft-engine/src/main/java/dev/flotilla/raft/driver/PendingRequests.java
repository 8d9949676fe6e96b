package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one group, or its changes of membership and leadership, that have no outcome yet. A request that met no
 * leader is certainly not appended and is made again until its time is up; one that may have been appended never is.
 * Belongs to the group's loop.
 *
 * @param <X> what the outcome carries
 */
final class PendingRequests<X> {
    private final class Pending {
        final RequestId id;
        final Request request;
        final CompletableFuture<Outcome<X>> future;
        final long deadlineNanos;
        boolean asked; // whether an answer is awaited; otherwise it waits for its next attempt
        Result.@Nullable Refused refused; // the last refusal

        @Nullable
        EntryId entry; // where a leader put it

        boolean done;

        Pending(RequestId id, Request request, CompletableFuture<Outcome<X>> future, long deadlineNanos) {
            this.id = id;
            this.request = request;
            this.future = future;
            this.deadlineNanos = deadlineNanos;
        }

        long entryIndex() {
            return entry == null ? 0 : entry.index();
        }
    }

    private final NodeContext node;
    private final Function<Result.Refused, Outcome.Reason> reasons;
    private final BiConsumer<RequestId, Request> ask;
    private final Map<RequestId, Pending> pending = new LinkedHashMap<>(); // deadlines ascend
    private final PriorityQueue<Pending> placed = new PriorityQueue<>(Comparator.comparingLong(Pending::entryIndex));
    private List<Pending> retries = new ArrayList<>();
    private long retryNanos = Alarm.NEVER; // when they are due

    /**
     * No requests yet.
     *
     * @param reasons what a final refusal means to the caller
     * @param ask puts the request to the core
     */
    PendingRequests(
            NodeContext node, Function<Result.Refused, Outcome.Reason> reasons, BiConsumer<RequestId, Request> ask) {
        this.node = node;
        this.reasons = reasons;
        this.ask = ask;
    }

    void submit(RequestId id, Request request, CompletableFuture<Outcome<X>> future) {
        long deadline = node.nowNanos() + node.settings().requestTimeout().toNanos();
        Pending made = new Pending(id, request, future, deadline);
        pending.put(id, made);
        attempt(made);
    }

    private void attempt(Pending made) {
        made.asked = true;
        ask.accept(made.id, made.request);
    }

    /**
     * Takes the answer to one of these requests.
     *
     * @param appliedIndex up to where entries were applied here
     * @param restoredIndex up to where they were skipped because a snapshot took their place
     */
    void answered(RequestId id, Result result, long appliedIndex, long restoredIndex) {
        Pending answered = pending.get(id);
        if (answered == null) {
            return;
        }
        if (result instanceof Result.Refused refused) {
            onRefused(answered, refused);
        } else if (result instanceof Result.Appended appended) {
            answered.entry = appended.id();
            placed.add(answered);
            settle(appliedIndex, restoredIndex);
        } else {
            complete(answered, new Outcome.Applied<>(appliedIndex, nothing()));
        }
    }

    /** The result of what is done and has none. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // Void, which has no other value
    static <V> V nothing() {
        return null;
    }

    private void onRefused(Pending answered, Result.Refused refused) {
        answered.refused = refused;
        boolean passing = refused.reason() == Result.Reason.NO_LEADER || refused.reason() == Result.Reason.BUSY;
        if (!passing) {
            complete(answered, new Outcome.Rejected<>(reasons.apply(refused), refused.detail()));
            return;
        }
        answered.asked = false;
        retries.add(answered);
        retryNanos = Math.min(
                retryNanos, node.nowNanos() + node.settings().retryDelay().toNanos());
    }

    /** The entry of that request was applied here. */
    void applied(RequestId id, long index, X result) {
        Pending applied = pending.get(id);
        if (applied != null) {
            complete(applied, new Outcome.Applied<>(index, result));
        }
    }

    /**
     * Everything up to {@code appliedIndex} was applied here and its requests were told. Who is still waiting for an
     * index up to there lost its place to another entry, unless a snapshot stands for that index.
     */
    void settle(long appliedIndex, long restoredIndex) {
        for (Pending first = placed.peek();
                first != null && first.entryIndex() <= appliedIndex;
                first = placed.peek()) {
            placed.remove();
            if (!first.done) {
                complete(first, first.entryIndex() <= restoredIndex ? hidden(first) : superseded(first));
            }
        }
    }

    private Outcome<X> superseded(Pending request) {
        return new Outcome.Rejected<>(
                Outcome.Reason.SUPERSEDED, "another entry was agreed on in place of " + request.entry);
    }

    private Outcome<X> hidden(Pending request) {
        return new Outcome.Unknown<>(null, "a snapshot arrived in place of entry " + request.entry);
    }

    /** When {@link #tick} has something to do. */
    long nextTickNanos() {
        long deadline =
                pending.isEmpty() ? Alarm.NEVER : pending.values().iterator().next().deadlineNanos;
        return Math.min(deadline, retryNanos);
    }

    /** Ends what has run out of time, and makes again what is due. */
    void tick(long nowNanos) {
        for (Iterator<Pending> all = pending.values().iterator(); all.hasNext(); ) {
            Pending eldest = all.next();
            if (eldest.deadlineNanos > nowNanos) {
                break;
            }
            all.remove();
            finish(eldest, late(eldest));
        }
        if (retryNanos <= nowNanos) {
            retryNow();
        }
    }

    private Outcome<X> late(Pending request) {
        String timeout = "within " + node.settings().requestTimeout().toMillis() + " ms";
        Result.Refused refused = request.refused;
        return request.asked || refused == null
                ? new Outcome.Unknown<>(null, "no answer " + timeout)
                : new Outcome.Rejected<>(reasons.apply(refused), "not possible " + timeout + ": " + refused.detail());
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        List<Pending> due = retries;
        retries = new ArrayList<>();
        retryNanos = Alarm.NEVER;
        for (Pending request : due) {
            if (!request.done) {
                attempt(request);
            }
        }
    }

    /** The group stops: nothing more is learned about any of them. */
    void stop(String why) {
        for (Pending request : pending.values()) {
            finish(
                    request,
                    request.asked
                            ? new Outcome.Unknown<>(null, why)
                            : new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, why));
        }
        pending.clear();
        retries.clear();
        placed.clear();
    }

    private void complete(Pending request, Outcome<X> outcome) {
        pending.remove(request.id);
        finish(request, outcome);
    }

    private void finish(Pending request, Outcome<X> outcome) {
        request.done = true;
        node.threads().complete(request.future, outcome);
    }
}
