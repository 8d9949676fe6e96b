package dev.flotilla.consensus;

import java.util.concurrent.CompletableFuture;

/** Agreement on a log of operations that lead from state to state. */
public interface OpLogConsensus<S> extends Consensus<S> {
    /**
     * Asks for agreement on {@code op}; completes once it is applied here. An operation that throws is agreed all the
     * same: the outcome is {@link Outcome.Failed} with the cause, and the state is inconsistent on every member alike
     * until {@link #rollback}. While it is inconsistent, and before the first state, an operation is
     * {@link Outcome.Rejected}. An {@link Error} is no verdict: it stops the group on the peer that it befell.
     *
     * @throws IllegalStateException if no actor is set or this is closed
     */
    CompletableFuture<Outcome<S>> commitOp(Op<S> op);

    /** The newest state that this peer applied, with its index; throws as {@link #currentState} does. */
    Agreed<S> logHead();

    /**
     * Agrees on {@code state} as the state to go on from; heals an inconsistent state.
     *
     * @throws IllegalStateException if no actor is set or this is closed
     */
    CompletableFuture<Outcome<S>> rollback(S state);
}
