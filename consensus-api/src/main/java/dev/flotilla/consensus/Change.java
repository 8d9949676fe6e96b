package dev.flotilla.consensus;

/** What an {@link Actor} is asked to do. */
public sealed interface Change<S> {
    /** Agree on a whole state. */
    record NewState<S>(S state) implements Change<S> {}

    /** Agree on the next operation. */
    record Operation<S>(Op<S> op) implements Change<S> {}

    /** Go on from this state, whatever happened before. */
    record Rollback<S>(S state) implements Change<S> {}
}
