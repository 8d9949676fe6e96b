package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The changes of membership and leadership of one group that have no outcome yet. A request that met no leader is
 * certainly not begun and is made again until its time is up. Belongs to the group's loop.
 */
final class PendingRequests {
    private static final class Pending {
        final RequestId id;
        RequestId attempt; // another one each time, so that a late answer to an earlier one says nothing of this
        final Request request;
        final CompletableFuture<Outcome<Void>> future;
        final long deadlineNanos;
        boolean asked; // whether an answer is awaited; otherwise it waits for its next attempt
        Result.@Nullable Refused refused; // the last refusal

        boolean undecided; // whether an earlier attempt was begun and may have been done
        boolean done;

        Pending(RequestId id, Request request, CompletableFuture<Outcome<Void>> future, long deadlineNanos) {
            this.id = id;
            this.attempt = id;
            this.request = request;
            this.future = future;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final NodeContext node;
    private final BiConsumer<RequestId, Request> ask;
    private final Map<RequestId, Pending> pending = new LinkedHashMap<>(); // by id; deadlines ascend
    private final Map<RequestId, Pending> attempts = new HashMap<>(); // by attempt
    private List<Pending> retries = new ArrayList<>();
    private long retryNanos = Alarm.NEVER; // when they are due

    /**
     * No requests yet.
     *
     * @param ask puts the request to the core
     */
    PendingRequests(NodeContext node, BiConsumer<RequestId, Request> ask) {
        this.node = node;
        this.ask = ask;
    }

    boolean isIdle() {
        return pending.isEmpty() && retries.stream().allMatch(each -> each.done);
    }

    void submit(RequestId id, Request request, CompletableFuture<Outcome<Void>> future) {
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
        attempt(made);
    }

    /**
     * Takes the answer to one of these requests.
     *
     * @param appliedIndex up to where entries were applied here
     */
    void answered(RequestId id, Result result, long appliedIndex) {
        Pending answered = attempts.get(id);
        if (answered == null) {
            return;
        }
        if (result instanceof Result.Refused refused) {
            onRefused(answered, refused);
        } else {
            complete(answered, new Outcome.Applied<>(appliedIndex, nothing()));
        }
    }

    /** The result of what is done and has none. */
    @SuppressWarnings("NullAway") // Void, which has no other value
    static Void nothing() {
        return null;
    }

    private void onRefused(Pending answered, Result.Refused refused) {
        answered.refused = refused;
        answered.undecided |= refused.reason() == Result.Reason.UNDECIDED;
        if (!Refusals.isPassing(refused)) {
            complete(answered, notDone(answered, Refusals.ofChange(refused), refused.detail()));
            return;
        }
        attempts.remove(answered.attempt);
        answered.asked = false;
        retries.add(answered);
        retryNanos = Math.min(
                retryNanos, node.nowNanos() + node.settings().retryDelay().toNanos());
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

    private Outcome<Void> late(Pending request) {
        String timeout = "within " + node.settings().requestTimeout().toMillis() + " ms";
        Result.Refused refused = request.refused;
        return request.asked || refused == null
                ? new Outcome.Unknown<>(null, "no answer " + timeout)
                : notDone(request, Refusals.ofChange(refused), "not possible " + timeout + ": " + refused.detail());
    }

    /** The last attempt came to nothing; an earlier one may not have. */
    private Outcome<Void> notDone(Pending request, Outcome.Reason reason, String detail) {
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
    }

    private void complete(Pending request, Outcome<Void> outcome) {
        pending.remove(request.id);
        attempts.remove(request.attempt);
        finish(request, outcome);
    }

    private void finish(Pending request, Outcome<Void> outcome) {
        request.done = true;
        node.threads().complete(request.future, outcome);
    }
}
