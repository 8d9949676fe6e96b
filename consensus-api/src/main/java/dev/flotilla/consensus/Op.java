package dev.flotilla.consensus;

/** One operation: pure, deterministic, over immutable states, so that every member comes to the same state. */
public interface Op<S> {
    /**
     * The state after this operation. {@code state} is not changed.
     *
     * @throws Exception if the operation cannot be applied; every member must come to the same verdict
     */
    S applyTo(S state) throws Exception;
}
