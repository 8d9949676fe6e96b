package dev.flotilla.peer.daemon;

import dev.flotilla.consensus.ConsensusException;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Suggestion;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for the engine and puts what it says into words: what happened, and what to do next. */
final class Answers {
    private Answers() {}

    /** Waits for {@code future}. */
    static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw cause(e);
        }
    }

    /** Waits for {@code future}, or until the caller is gone: then there is nobody to answer. */
    static <T> T await(CompletableFuture<T> future, Caller caller) throws IOException {
        try {
            CompletableFuture.anyOf(future, caller.gone()).join();
        } catch (CompletionException e) {
            throw cause(e);
        }
        if (!future.isDone()) {
            throw new IOException("the caller is gone");
        }
        return await(future);
    }

    private static IOException cause(CompletionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return cause instanceof IOException io ? io : new IOException(cause);
    }

    /** Waits for a read and says what hinders it. */
    static <T> T awaitRead(CompletableFuture<T> read, String community, Caller caller)
            throws CommandException, IOException {
        try {
            return await(read, caller);
        } catch (ConsensusException e) {
            throw CommandException.failed("cannot read '" + community + "' now: " + e.getMessage()
                    + "; see: flotilla status, or read what this peer has with: --consistency local");
        }
    }

    /** The result, if it was applied. */
    static <R> Outcome.Applied<R> applied(Outcome<R> outcome, String community) throws CommandException {
        if (outcome instanceof Outcome.Applied<R> applied) {
            return applied;
        } else if (outcome instanceof Outcome.Failed<R> failed) {
            throw CommandException.failed("agreed on, but it failed on every member: "
                    + failed.cause().getMessage());
        } else if (outcome instanceof Outcome.Rejected<R> rejected) {
            throw CommandException.failed(words(rejected, community));
        } else if (outcome instanceof Outcome.Unknown<R> unknown) {
            throw CommandException.failed("perhaps done, perhaps not: " + unknown.detail()
                    + "; look before you try again: " + Suggestion.of("status", community) + ", "
                    + Suggestion.of("get", community));
        }
        throw new AssertionError("unhandled outcome: " + outcome);
    }

    private static String words(Outcome.Rejected<?> rejected, String community) {
        String detail = rejected.detail().isEmpty() ? "" : " (" + rejected.detail() + ")";
        return switch (rejected.reason()) {
            case NO_LEADER ->
                "nothing was done: no leader was found" + detail + "; a majority of the voters must be up, see: "
                        + Suggestion.of("status", community);
            case OVERLOADED -> "nothing was done: too much is waiting already" + detail + "; try again later";
            case TOO_LARGE -> "nothing was done: too large" + detail + "; do it in smaller steps";
            case INCONSISTENT -> "nothing was done: the state is inconsistent" + detail + "; roll it back first";
            case NO_STATE -> "nothing was done: nothing has been agreed on yet" + detail;
            case SUPERSEDED -> "nothing was done: the leader changed meanwhile" + detail + "; try again";
            case NOT_A_MEMBER ->
                "nothing was done: this peer is no member of '" + community + "'" + detail + "; join it with a ticket";
            case REFUSED -> "refused: " + rejected.detail();
        };
    }
}
