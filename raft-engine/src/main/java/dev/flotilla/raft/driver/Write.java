package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.ClientSession;
import dev.flotilla.raft.session.Token;
import dev.flotilla.transport.Bytes;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command of the application that has no outcome yet. Belongs to the group's loop.
 *
 * @param <R> what the state machine gives back for it
 */
final class Write<R> extends Attempts.Tried {
    /** Decides what becomes of a write that was refused. */
    interface OnRefused<R> {
        void refused(Write<R> write, Result.Refused refusal);
    }

    /** Where a command belongs. */
    record Place(long session, long sequence) {}

    private static final Result.Refused NOT_REFUSED =
            new Result.Refused(Result.Reason.NO_LEADER, "no answer from a leader");

    final Bytes data;
    final CompletableFuture<Outcome<R>> future;
    final long deadlineNanos;
    final @Nullable Token token; // with which it is retried

    @Nullable
    ClientSession session; // one of this peer in this life; null before, and for a token of another

    long sequence; // 0: none yet
    boolean hidden; // whether a snapshot arrived since it was tried first, which may hold what came of it
    Result.Refused refused = NOT_REFUSED; // the last refusal

    private final OnRefused<R> onRefused;

    Write(
            Bytes data,
            CompletableFuture<Outcome<R>> future,
            long deadlineNanos,
            @Nullable Token token,
            OnRefused<R> onRefused) {
        this.data = data;
        this.future = future;
        this.deadlineNanos = deadlineNanos;
        this.token = token;
        this.onRefused = onRefused;
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

    void number(ClientSession in) {
        session = in;
        sequence = in.next();
    }

    void unnumber() {
        session = null;
        sequence = 0;
    }

    @Override
    Bytes data() {
        return data;
    }

    @Override
    void refused(Result.Refused refusal) {
        refused = refusal;
        onRefused.refused(this, refusal);
    }
}
