package dev.flotilla.consensus;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Holds the {@link Actor} of a {@link Consensus} and what it has been asked and has not answered, so that closing
 * completes it, whatever the actor does. For implementations. Thread-safe.
 */
public final class ActorSlot<S> implements AutoCloseable {
    private final Outstanding<Outcome<S>> outstanding = new Outstanding<>();
    private volatile @Nullable Actor<S> actor;
    private volatile @Nullable String closedBecause;

    public ActorSlot(@Nullable Actor<S> actor) {
        this.actor = actor;
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
        String reason = closedBecause;
        if (reason != null) {
            throw new IllegalStateException(reason);
        }
        Actor<S> current = actor;
        if (current == null) {
            throw new IllegalStateException("no actor is set: nobody performs changes here");
        }
        CompletableFuture<Outcome<S>> performed = current.perform(change);
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

    /** Outstanding changes become {@link Outcome.Unknown}: they may have been agreed on. Idempotent. */
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
