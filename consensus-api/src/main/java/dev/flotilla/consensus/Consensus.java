package dev.flotilla.consensus;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Agreement on a state.
 *
 * @param <S> the state: immutable, with value equality
 */
public interface Consensus<S> extends AutoCloseable {
    /**
     * The newest state that this peer knows to be agreed. Never asks the network.
     *
     * @throws NoStateException before the first agreement
     * @throws InconsistentStateException while an operation that failed to apply has not been rolled back
     */
    S currentState();

    /**
     * Reads the state as fresh as {@code consistency} asks for. Fails with a {@link ConsensusException}:
     * {@link NoStateException} and {@link InconsistentStateException} as in {@link #currentState}, or
     * {@link UnavailableException} if that freshness cannot be had now.
     */
    CompletableFuture<ReadResult<S>> read(Consistency consistency);

    /**
     * Asks for agreement on {@code state}; completes once it is applied here. While the state is inconsistent it is
     * {@link Outcome.Rejected}.
     *
     * @throws IllegalStateException if no actor is set or this is closed
     */
    CompletableFuture<Outcome<S>> commitState(S state);

    /**
     * Tries a change again that ended as {@link Outcome.Unknown} with {@code token}, on whichever peer, before a restart
     * or after: it is applied at most once, and the outcome is that of the one time. A state that comes with it may be a
     * later one. A token of another change is {@link Outcome.Rejected}; if it is too long ago, the change stays
     * {@link Outcome.Unknown}, without a token.
     *
     * @param change as it was made before
     * @throws IllegalArgumentException if {@code token} is no token of this agreement
     * @throws IllegalStateException if no actor is set or this is closed
     */
    CompletableFuture<Outcome<S>> retry(Outcome.RetryToken token, Change<S> change);

    /** Sets who performs changes; replaces the actor before it. {@code null}: nobody does, this peer only reads. */
    void setActor(@Nullable Actor<S> actor);

    /**
     * The agreed states from now on, the newest known one first. Any number of independent subscribers; one that is
     * slow skips to the newest state, and the index shows the gap. Told of restored snapshots and rollbacks too.
     * Completes on close.
     */
    Flow.Publisher<Agreed<S>> states();

    /** Completes every outstanding future and every subscription. Idempotent. */
    @Override
    void close();
}
