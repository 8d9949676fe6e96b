package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
 * leader is certainly not appended and is made again until its time is up; so is one whose leader certainly did not bring
 * it through. One that may have been appended and may still be agreed on never is. Belongs to the group's loop.
 *
 * @param <X> what the outcome carries
 */
final class PendingRequests<X> {
    private final class Pending {
        final RequestId id;
        RequestId attempt; // another one each time, so that a late answer to an earlier one says nothing of this
        Request request;
        final CompletableFuture<Outcome<X>> future;
        final long deadlineNanos;
        boolean asked; // whether an answer is awaited; otherwise it waits for its next attempt
        Result.@Nullable Refused refused; // the last refusal

        @Nullable
        EntryId entry; // where a leader put it

        long term; // of the only leader that may append it; 0 where that is not known
        boolean hidden; // whether a snapshot arrived that may contain it

        boolean undecided; // whether an earlier attempt was begun and may have been done
        boolean done;

        Pending(RequestId id, Request request, CompletableFuture<Outcome<X>> future, long deadlineNanos) {
            this.id = id;
            this.attempt = id;
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
    private final Map<RequestId, Pending> pending = new LinkedHashMap<>(); // by id; deadlines ascend
    private final Map<RequestId, Pending> attempts = new HashMap<>(); // by attempt
    private final PriorityQueue<Pending> placed = new PriorityQueue<>(1, Comparator.comparingLong(Pending::entryIndex));
    private List<Pending> retries = new ArrayList<>();
    private long retryNanos = Alarm.NEVER; // when they are due
    private long settledTerm; // of the last entry applied here

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

    boolean isIdle() {
        return pending.isEmpty() && retries.stream().allMatch(each -> each.done);
    }

    void submit(RequestId id, Request request, CompletableFuture<Outcome<X>> future) {
        long deadline = node.nowNanos() + node.settings().requestTimeout().toNanos();
        Pending made = new Pending(id, request, future, deadline);
        pending.put(id, made);
        attempt(made);
    }

    private void attempt(Pending made) {
        made.asked = true;
        attempts.put(made.attempt, made);
        ask.accept(made.attempt, made.request);
    }

    private void attemptAnew(Pending made) {
        attempts.remove(made.attempt);
        made.attempt = node.nextRequestId();
        if (made.request instanceof Request.Propose propose) {
            Command command = propose.command();
            made.request = new Request.Propose(new Command(command.origin(), made.attempt, command.data()));
        }
        attempt(made);
    }

    /**
     * Takes the answer to one of these requests.
     *
     * @param appliedIndex up to where entries were applied here
     * @param restoredIndex up to where they were skipped because a snapshot took their place
     */
    void answered(RequestId id, Result result, long appliedIndex, long restoredIndex) {
        Pending answered = attempts.get(id);
        if (answered == null) {
            return;
        }
        if (result instanceof Result.Refused refused) {
            onRefused(answered, refused);
        } else if (result instanceof Result.Appended appended) {
            answered.entry = appended.id();
            answered.term = appended.id().term();
            placed.add(answered);
            settlePlaced(appliedIndex, restoredIndex);
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
        answered.undecided |= refused.reason() == Result.Reason.UNDECIDED;
        boolean passing = refused.reason() == Result.Reason.NO_LEADER
                || refused.reason() == Result.Reason.BUSY
                || refused.reason() == Result.Reason.UNDECIDED;
        if (!passing) {
            complete(answered, notDone(answered, reasons.apply(refused), refused.detail()));
            return;
        }
        attempts.remove(answered.attempt);
        answered.asked = false;
        answered.hidden = false;
        answered.term = 0; // the next attempt goes to another leader, perhaps to this peer itself
        retries.add(answered);
        retryNanos = Math.min(
                retryNanos, node.nowNanos() + node.settings().retryDelay().toNanos());
    }

    /** The entry of that request was applied here. */
    void applied(RequestId id, long index, X result) {
        Pending applied = attempts.get(id);
        if (applied != null) {
            complete(applied, new Outcome.Applied<>(index, result));
        }
    }

    /** A request went to the leader of {@code term}, which alone may append it. */
    void forwarded(RequestId id, long term) {
        Pending forwarded = attempts.get(id);
        if (forwarded != null) {
            forwarded.term = term;
        }
    }

    /** A snapshot took the place of everything up to {@code last}: it may contain what was asked for before. */
    void restored(EntryId last) {
        for (Pending request : pending.values()) {
            request.hidden |= request.asked && request.term <= last.term();
        }
    }

    /**
     * Everything up to {@code last} was applied here and its requests were told. Who is still waiting for an index up to
     * there lost its place to another entry; who went to a leader of an earlier term was appended by none. Neither will
     * ever be applied, so both are asked for again, unless a snapshot may hide them.
     */
    void settle(EntryId last, long restoredIndex) {
        settlePlaced(last.index(), restoredIndex);
        if (last.term() > settledTerm) {
            settledTerm = last.term();
            List<Pending> lost = pending.values().stream()
                    .filter(each -> each.asked && each.term > 0 && each.term < last.term())
                    .toList();
            lost.forEach(each -> askAgain(each, each.hidden));
        }
    }

    private void settlePlaced(long appliedIndex, long restoredIndex) {
        for (Pending first = placed.peek();
                first != null && first.entryIndex() <= appliedIndex;
                first = placed.peek()) {
            placed.remove();
            if (!first.done) {
                askAgain(first, first.entryIndex() <= restoredIndex);
            }
        }
    }

    private void askAgain(Pending request, boolean isHidden) {
        if (isHidden) {
            complete(request, hidden(request));
            return;
        }
        placed.remove(request);
        request.entry = null;
        request.term = 0;
        onRefused(
                request,
                new Result.Refused(
                        Result.Reason.NO_LEADER,
                        "its leader lost office before it was agreed on, and none took it since"));
    }

    private Outcome<X> hidden(Pending request) {
        String where = request.entry == null ? "the entries" : "entry " + request.entry;
        return new Outcome.Unknown<>(null, "a snapshot arrived in place of " + where + " that may hold it");
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
            attempts.remove(eldest.attempt);
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
                : notDone(request, reasons.apply(refused), "not possible " + timeout + ": " + refused.detail());
    }

    /** The last attempt came to nothing; an earlier one may not have. */
    private Outcome<X> notDone(Pending request, Outcome.Reason reason, String detail) {
        return request.undecided ? new Outcome.Unknown<>(null, detail) : new Outcome.Rejected<>(reason, detail);
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        List<Pending> due = retries;
        retries = new ArrayList<>();
        retryNanos = Alarm.NEVER;
        for (Pending request : due) {
            if (!request.done) {
                attemptAnew(request);
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
                            : notDone(request, Outcome.Reason.NOT_A_MEMBER, why));
        }
        pending.clear();
        attempts.clear();
        retries.clear();
        placed.clear();
    }

    private void complete(Pending request, Outcome<X> outcome) {
        pending.remove(request.id);
        attempts.remove(request.attempt);
        finish(request, outcome);
    }

    private void finish(Pending request, Outcome<X> outcome) {
        request.done = true;
        node.threads().complete(request.future, outcome);
    }
}
