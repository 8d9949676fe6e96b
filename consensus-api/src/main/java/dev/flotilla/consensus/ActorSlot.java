package dev.flotilla.consensus;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds the {@link Actor} of a {@link Consensus} and what it has been asked and has not answered, so that closing
 * completes it, whatever the actor does. For implementations. Thread-safe.
 */
public final class ActorSlot<S> implements AutoCloseable {
    private final Outstanding<Outcome<S>> outstanding = new Outstanding<>();
    private final @Nullable Actor<S> own;
    private volatile @Nullable Actor<S> actor;
    private volatile @Nullable String closedBecause;

    /**
     * A slot that starts with {@code own}.
     *
     * @param own the implementation's: it completes all that it is asked, on close too, and is left to do so since it can
     *     tell more
     */
    public ActorSlot(@Nullable Actor<S> own) {
        this.own = own;
        this.actor = own;
    }

    public void set(@Nullable Actor<S> newActor) {
        actor = newActor;
    }

    /**
     * Hands {@code change} to the actor. What the actor throws goes to the caller; what it completes with, too.
     *
     * @throws IllegalStateException if no actor is set or this is closed
     */
    public CompletableFuture<Outcome<S>> perform(Change<S> change) {
        return ask(current -> current.perform(change));
    }

    /**
     * Hands a change to the actor whose fate was unknown.
     *
     * @throws IllegalStateException if no actor is set or this is closed
     */
    public CompletableFuture<Outcome<S>> retry(Outcome.RetryToken token, Change<S> change) {
        return ask(current -> current.retry(token, change));
    }

    private CompletableFuture<Outcome<S>> ask(Function<Actor<S>, CompletableFuture<Outcome<S>>> question) {
        String reason = closedBecause;
        if (reason != null) {
            throw new IllegalStateException(reason);
        }
        Actor<S> current = actor;
        if (current == null) {
            throw new IllegalStateException("no actor is set: nobody performs changes here");
        }
        CompletableFuture<Outcome<S>> performed = question.apply(current);
        if (current == own) {
            return performed.copy();
        }
        CompletableFuture<Outcome<S>> answer = outstanding.add();
        CompletableFuture<Outcome<S>> unused = performed.whenComplete((outcome, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else {
                answer.complete(outcome);
            }
        });
        String closedMeanwhile = closedBecause;
        if (closedMeanwhile != null) {
            end(answer, closedMeanwhile);
        }
        return answer;
    }

    /** What other actors have not answered becomes {@link Outcome.Unknown}: it may have been agreed on. Idempotent. */
    @Override
    public void close() {
        close("closed");
    }

    /** The same with a reason, which callers are told from now on. */
    public void close(String reason) {
        if (closedBecause == null) {
            closedBecause = reason;
        }
        outstanding.forEach(answer -> end(answer, reason));
    }

    private static <S> void end(CompletableFuture<Outcome<S>> answer, String reason) {
        answer.complete(new Outcome.Unknown<>(null, reason + " before the fate of the change was known"));
    }
}
