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
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
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
    private static final Result.Refused NOT_REFUSED =
            new Result.Refused(Result.Reason.NO_LEADER, "no answer from a leader");

    /** Where a command belongs. */
    private record Place(long session, long sequence) {}

    private final class Write extends Attempts.Tried {
        final Bytes data;
        final CompletableFuture<Outcome<R>> future;
        final long deadlineNanos;
        final @Nullable Token token; // with which it is retried

        @Nullable
        ClientSession session; // one of this peer in this life; null before, and for a token of another

        long sequence; // 0: none yet
        boolean hidden; // whether a snapshot arrived since it was tried first, which may hold what came of it
        Result.Refused refused = NOT_REFUSED; // the last refusal

        Write(Bytes data, CompletableFuture<Outcome<R>> future, long deadlineNanos, @Nullable Token token) {
            this.data = data;
            this.future = future;
            this.deadlineNanos = deadlineNanos;
            this.token = token;
        }

        @Override
        InSession.Numbered inSession() {
            if (token != null) {
                return token.numbered();
            } else if (session != null) {
                return session.numbered(sequence);
            }
            throw new AssertionError("a write is tried before it has a number");
        }

        Place place() {
            InSession.Numbered numbered = inSession();
            return new Place(numbered.session(), numbered.sequence());
        }

        @Override
        Bytes data() {
            return data;
        }

        @Override
        void refused(Result.Refused refusal) {
            refused = refusal;
            if (isPassing(refusal) || (mayBeAppended() && refusal.reason() != Result.Reason.NOT_ALLOWED)) {
                attempts.attemptLater(this);
            } else {
                end(this, notDone(this, refusal.detail()));
            }
        }
    }

    /** The command that opens a session. One that is lost leaves a session that nobody uses, which will expire. */
    private final class Opening extends Attempts.Tried {
        @Override
        InSession inSession() {
            return new InSession.Opening();
        }

        @Override
        Bytes data() {
            return Bytes.EMPTY;
        }

        @Override
        void refused(Result.Refused refusal) {
            unnumbered.forEach(write -> write.refused = refusal);
            if (isPassing(refusal) && !unnumbered.isEmpty()) {
                attempts.attemptLater(this);
                return;
            }
            attempts.end(this);
            opening = null;
            for (Write write = unnumbered.poll(); write != null; write = unnumbered.poll()) {
                end(write, notDone(write, refusal.detail()));
            }
        }
    }

    private final NodeContext node;
    private final GenesisId genesis;
    private final int window;
    private final Attempts attempts;
    private final Set<Write> pending = new LinkedHashSet<>(); // deadlines ascend
    private final Map<Place, Write> numbered = new HashMap<>();
    private final ArrayDeque<Write> unnumbered = new ArrayDeque<>(); // wait for a session with room
    private @Nullable ClientSession session; // the newest
    private @Nullable Opening opening;
    private final Set<RequestId> openings = new HashSet<>(); // attempts of it and those before that were not told

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
        this.window = window;
        this.attempts = new Attempts(node, appliedIndex, (id, request) -> {
            if (request instanceof Request.Propose propose
                    && propose.command().inSession() instanceof InSession.Opening) {
                openings.add(id);
            }
            ask.accept(id, request);
        });
        this.session = session;
    }

    /** Whether nothing waits for an outcome. */
    boolean isIdle() {
        return pending.isEmpty() && opening == null;
    }

    /** What the next write would get its number of; null if that needs a new one. */
    @Nullable
    ClientSession session() {
        return session;
    }

    private static boolean isPassing(Result.Refused refused) {
        return refused.reason() == Result.Reason.NO_LEADER
                || refused.reason() == Result.Reason.BUSY
                || refused.reason() == Result.Reason.UNDECIDED;
    }

    void submit(Bytes data, CompletableFuture<Outcome<R>> future) {
        Write write = new Write(data, future, deadlineNanos(), null);
        pending.add(write);
        unnumbered.add(write);
        number();
    }

    /** Tries again what {@code token} stands for; {@code data} is what it is for. */
    void retry(Token token, Bytes data, CompletableFuture<Outcome<R>> future) {
        Write write = new Write(data, future, deadlineNanos(), token);
        write.begin();
        write.sequence = token.numbered().sequence();
        if (session != null && session.id() == token.numbered().session()) {
            write.session = session;
        }
        Write other = numbered.putIfAbsent(write.place(), write);
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

    /** Gives numbers to those who wait for one, as far as there are any. */
    private void number() {
        while (!unnumbered.isEmpty()) {
            ClientSession current = session;
            if (current == null || !current.hasRoom()) {
                open();
                return;
            }
            Write write = unnumbered.remove();
            write.session = current;
            write.sequence = current.next();
            numbered.put(write.place(), write);
            attempts.attempt(write);
        }
    }

    private void open() {
        if (opening == null) {
            opening = new Opening();
            attempts.attempt(opening);
        }
    }

    void answered(RequestId id, Result result) {
        if (result instanceof Result.Refused) {
            openings.remove(id); // it is in no log
        }
        attempts.answered(id, result);
    }

    void forwarded(RequestId id, long term) {
        attempts.forwarded(id, term);
    }

    /** An entry of a command of this peer was applied here, or not, as its session says. */
    void told(Told<R> told) {
        if (told.command().inSession() instanceof InSession.Numbered place) {
            Write write = numbered.get(new Place(place.session(), place.sequence()));
            if (write != null) {
                told(write, told);
            }
        } else if (told.fate() instanceof Told.Fate.Opened
                && openings.remove(told.command().request())) {
            opened(told.index());
        }
    }

    /** A session that was opened when the group was open here before had its numbers given away: it is not asked for. */
    private void opened(long id) {
        if (opening != null) {
            attempts.end(opening);
            opening = null;
        } else if (session != null) {
            return; // one too many: an earlier attempt was thought to be lost
        }
        session = new ClientSession(id, window);
        number();
    }

    private void told(Write write, Told<R> told) {
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

    private void refused(Write write, Verdict.Why why) {
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
    private void expired(Write write, ClientSession of) {
        if (session == of) {
            session = null;
        }
        if (write.token != null || write.hidden) {
            end(write, new Outcome.Unknown<>(null, Verdict.Why.EXPIRED.words()));
        } else {
            numbered.remove(write.place());
            attempts.forget(write);
            write.session = null;
            write.sequence = 0;
            unnumbered.add(write);
        }
        number();
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
        Iterator<Write> eldest = pending.iterator();
        return Math.min(attempts.nextTickNanos(), eldest.hasNext() ? eldest.next().deadlineNanos : Alarm.NEVER);
    }

    /** Ends what has run out of time, and tries again what is due. */
    void tick(long nowNanos) {
        boolean ended = false;
        for (Iterator<Write> all = pending.iterator(); all.hasNext(); ) {
            Write eldest = all.next();
            if (eldest.deadlineNanos > nowNanos) {
                break;
            }
            all.remove();
            late(eldest);
            ended = true;
        }
        if (ended) {
            unnumbered.removeIf(Attempts.Tried::isOver);
        }
        attempts.tick(nowNanos);
    }

    private void late(Write write) {
        String timeout = "within " + node.settings().requestTimeout().toMillis() + " ms";
        if (write.mayBeAppended()) {
            end(write, unknown(write, "it was not known to be applied " + timeout));
        } else {
            end(write, notDone(write, "not possible " + timeout + ": " + write.refused.detail()));
        }
    }

    /** The last attempt came to nothing; an earlier one may not have. */
    private Outcome<R> notDone(Write write, String detail) {
        return write.mayBeAppended()
                ? unknown(write, detail)
                : new Outcome.Rejected<>(Refusals.ofProposal(write.refused), detail);
    }

    private Outcome<R> unknown(Write write, String detail) {
        Token token = write.token == null ? Token.of(genesis, write.inSession(), write.data) : write.token;
        return new Outcome.Unknown<>(new Outcome.RetryToken(token.encode()), detail);
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        attempts.retryNow();
    }

    /** The group stops: nothing more is learned about any of them. */
    void stop(String why) {
        for (Write write : List.copyOf(pending)) {
            end(
                    write,
                    write.mayBeAppended()
                            ? unknown(write, why)
                            : new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, why));
        }
        unnumbered.clear();
        attempts.clear();
    }

    private void end(Write write, Outcome<R> outcome) {
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
        node.threads().complete(write.future, outcome);
    }
}
