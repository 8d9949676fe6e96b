package dev.flotilla.consensus;

import java.util.concurrent.CompletableFuture;

/** Performs changes: what stands between {@link Consensus#commitState} and the agreement. */
@FunctionalInterface
public interface Actor<S> {
    /** Brings {@code change} to agreement; completes once it is applied on this peer or its fate is told. */
    CompletableFuture<Outcome<S>> perform(Change<S> change);
}
