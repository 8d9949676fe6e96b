package dev.flotilla.consensus;

import java.util.concurrent.CompletableFuture;

/** Performs changes: what stands between {@link Consensus#commitState} and the agreement. */
@FunctionalInterface
public interface Actor<S> {
    /** Brings {@code change} to agreement; completes once it is applied on this peer or its fate is told. */
    CompletableFuture<Outcome<S>> perform(Change<S> change);

    /**
     * Brings {@code change} to agreement unless it is agreed already, and tells its fate. An actor that does not know how
     * leaves it unknown.
     *
     * @param token of the change whose fate was unknown
     */
    default CompletableFuture<Outcome<S>> retry(Outcome.RetryToken token, Change<S> change) {
        return CompletableFuture.completedFuture(new Outcome.Unknown<>(token, "the actor that is set cannot retry"));
    }
}
