package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.ClientSession;
import dev.flotilla.raft.session.Token;
import dev.flotilla.raft.session.Told;
import dev.flotilla.raft.session.Verdict;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one group that have no outcome yet. The first of them opens a session, in which each gets a number; under
 * that number it is {@linkplain Attempts tried again} until it is known to be applied or its time is up. Then it ends as
 * rejected if it certainly was not appended anywhere, and as unknown, with a token, otherwise. Belongs to the group's
 * loop.
 *
 * @param <R> what the state machine gives back for a command
 */
final class Proposals<R> {
    private final NodeContext node;
    private final GenesisId genesis;
    private final Attempts attempts;
    private final Numbering<R> numbering;
    private final Set<Write<R>> pending = new LinkedHashSet<>(); // deadlines ascend
    private final Map<Write.Place, Write<R>> numbered = new HashMap<>();
    private @Nullable List<Runnable> ends; // what is told at once ends together; null while nothing is told

    /**
     * No writes yet.
     *
     * @param window how far a number may be ahead of the lowest unanswered one
     * @param appliedIndex up to where entries were applied here
     * @param session with which to go on, of this life of the group; null for a new one
     * @param ask puts a request to the core
     */
    Proposals(
            NodeContext node,
            GenesisId genesis,
            int window,
            long appliedIndex,
            @Nullable ClientSession session,
            BiConsumer<RequestId, Request> ask) {
        this.node = node;
        this.genesis = genesis;
        this.attempts = new Attempts(node, appliedIndex, (id, request) -> ask(ask, id, request));
        this.numbering = new Numbering<>(window, session, attempts, new Numbered());
    }

    private void ask(BiConsumer<RequestId, Request> ask, RequestId id, Request request) {
        if (request instanceof Request.Propose propose && propose.command().inSession() instanceof InSession.Opening) {
            numbering.asked(id);
        }
        ask.accept(id, request);
    }

    private final class Numbered implements Numbering.Listener<R> {
        @Override
        public void numbered(Write<R> write) {
            numbered.put(write.place(), write);
            attempts.attempt(write);
        }

        @Override
        public void refused(Write<R> write, Result.Refused refusal) {
            end(write, notDone(write, refusal.detail()));
        }
    }

    /** Whether nothing waits for an outcome. */
    boolean isIdle() {
        return pending.isEmpty() && numbering.isIdle();
    }

    /** What the next write would get its number of; null if that needs a new one. */
    @Nullable
    ClientSession session() {
        return numbering.session();
    }

    private void refused(Write<R> write, Result.Refused refusal) {
        if (Refusals.isPassing(refusal) || (write.mayBeAppended() && refusal.reason() != Result.Reason.NOT_ALLOWED)) {
            attempts.attemptLater(write);
        } else {
            end(write, notDone(write, refusal.detail()));
        }
    }

    void submit(Bytes data, CompletableFuture<Outcome<R>> future) {
        Write<R> write = new Write<>(data, future, deadlineNanos(), null, this::refused);
        pending.add(write);
        numbering.add(write);
    }

    /** Tries again what {@code token} stands for; {@code data} is what it is for. */
    void retry(Token token, Bytes data, CompletableFuture<Outcome<R>> future) {
        Write<R> write = new Write<>(data, future, deadlineNanos(), token, this::refused);
        write.begin();
        write.sequence = token.numbered().sequence();
        write.session = numbering.session(token.numbered().session());
        Write<R> other = numbered.putIfAbsent(write.place(), write);
        if (other == null) {
            pending.add(write);
            attempts.attempt(write);
        } else if (token.isFor(other.data)) { // it is being retried already
            var unused = other.future.whenComplete((outcome, failure) -> future.complete(outcome));
        } else {
            node.threads().complete(future, otherPayload());
        }
    }

    private static <X> Outcome<X> otherPayload() {
        return new Outcome.Rejected<>(Outcome.Reason.REFUSED, Verdict.Why.OTHER_PAYLOAD.words());
    }

    private long deadlineNanos() {
        return node.nowNanos() + node.settings().requestTimeout().toNanos();
    }

    void answered(RequestId id, Result result) {
        if (result instanceof Result.Refused) {
            numbering.refused(id);
        }
        attempts.answered(id, result);
    }

    void forwarded(RequestId id, long term) {
        attempts.forwarded(id, term);
    }

    /** Entries of commands of this peer were applied here, or not, as their sessions say. */
    void told(List<Told<R>> all) {
        List<Runnable> together = new ArrayList<>(all.size());
        ends = together;
        try {
            all.forEach(this::told);
        } finally {
            ends = null;
            node.threads().callbacks().executeAll(together);
        }
    }

    private void told(Told<R> told) {
        if (told.command().inSession() instanceof InSession.Numbered place) {
            Write<R> write = numbered.get(new Write.Place(place.session(), place.sequence()));
            if (write != null) {
                told(write, told);
            }
        } else if (told.fate() instanceof Told.Fate.Opened) {
            numbering.opened(told.command().request(), told.index());
        }
    }

    private void told(Write<R> write, Told<R> told) {
        if (told.fate() instanceof Told.Fate.Applied<R> applied) {
            end(write, new Outcome.Applied<>(applied.index(), applied.result()));
        } else if (told.fate() instanceof Told.Fate.ResultNotKept<R> applied) {
            end(
                    write,
                    new Outcome.Unknown<>(
                            null,
                            "it was applied at index " + applied.index() + ", but its result is not known any more"));
        } else if (told.fate() instanceof Told.Fate.Refused<R> refused) {
            refused(write, refused.why());
        }
    }

    private void refused(Write<R> write, Verdict.Why why) {
        if (why == Verdict.Why.OTHER_PAYLOAD) {
            end(write, otherPayload());
        } else if (why == Verdict.Why.EXPIRED && write.session != null) {
            expired(write, write.session);
        } else {
            end(write, new Outcome.Unknown<>(null, why.words()));
        }
    }

    /**
     * A session of this peer has expired, and with it all attempts of {@code write}: none is applied from now on. None was
     * before if this peer applied all entries since the first of them, or it would have been told; then it gets a number
     * of a new session. Otherwise it cannot be told any more.
     */
    private void expired(Write<R> write, ClientSession of) {
        if (write.token != null || write.hidden) {
            end(write, new Outcome.Unknown<>(null, Verdict.Why.EXPIRED.words()));
            numbering.expired(of);
        } else {
            numbered.remove(write.place());
            attempts.forget(write);
            write.unnumber();
            numbering.expired(of);
            numbering.add(write);
        }
    }

    /** A snapshot took the place of entries that were not applied here: it may contain what was tried before. */
    void restored() {
        numbered.values().forEach(write -> write.hidden = true);
    }

    /** Everything up to {@code last} was applied here or restored, and its requests were told. */
    void settle(EntryId last) {
        attempts.settle(last);
    }

    long nextTickNanos() {
        Iterator<Write<R>> eldest = pending.iterator();
        return Math.min(attempts.nextTickNanos(), eldest.hasNext() ? eldest.next().deadlineNanos : Alarm.NEVER);
    }

    /** Ends what has run out of time, and tries again what is due. */
    void tick(long nowNanos) {
        boolean ended = false;
        for (Iterator<Write<R>> all = pending.iterator(); all.hasNext(); ) {
            Write<R> eldest = all.next();
            if (eldest.deadlineNanos > nowNanos) {
                break;
            }
            all.remove();
            late(eldest);
            ended = true;
        }
        if (ended) {
            numbering.removeOver();
        }
        attempts.tick(nowNanos);
    }

    private void late(Write<R> write) {
        String timeout = "within " + node.settings().requestTimeout().toMillis() + " ms";
        if (write.mayBeAppended()) {
            end(write, unknown(write, "it was not known to be applied " + timeout));
        } else {
            end(write, notDone(write, "not possible " + timeout + ": " + write.refused.detail()));
        }
    }

    /** The last attempt came to nothing; an earlier one may not have. */
    private Outcome<R> notDone(Write<R> write, String detail) {
        return write.mayBeAppended()
                ? unknown(write, detail)
                : new Outcome.Rejected<>(Refusals.ofProposal(write.refused), detail);
    }

    private Outcome<R> unknown(Write<R> write, String detail) {
        Token token = write.token == null ? Token.of(genesis, write.inSession(), write.data) : write.token;
        return new Outcome.Unknown<>(new Outcome.RetryToken(token.encode()), detail);
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        attempts.retryNow();
    }

    /** The group stops: nothing more is learned about any of them. */
    void stop(String why) {
        for (Write<R> write : List.copyOf(pending)) {
            end(
                    write,
                    write.mayBeAppended()
                            ? unknown(write, why)
                            : new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, why));
        }
        numbering.clear();
        attempts.clear();
    }

    private void end(Write<R> write, Outcome<R> outcome) {
        pending.remove(write);
        attempts.end(write);
        if (write.sequence > 0) {
            numbered.remove(write.place());
            boolean mayBeRetried = outcome instanceof Outcome.Unknown<R> unknown && unknown.token() != null;
            if (write.session != null && !mayBeRetried) {
                write.session.answered(write.sequence);
            }
        }
        long begunNanos = write.deadlineNanos - node.settings().requestTimeout().toNanos();
        node.meters().proposed(outcome, node.nowNanos() - begunNanos);
        Runnable last = () -> write.future.complete(outcome);
        if (ends == null) {
            node.threads().callback(last);
        } else {
            ends.add(last);
        }
    }
}
