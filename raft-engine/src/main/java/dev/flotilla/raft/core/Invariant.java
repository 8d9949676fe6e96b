package dev.flotilla.raft.core;

/** What must always hold; checked in production too. A broken one stops the group on this peer. */
final class Invariant {
    private Invariant() {}

    /** @throws IllegalStateException with the formatted message if {@code holds} is false */
    @SuppressWarnings("AnnotateFormatMethod") // one annotation is no reason for a dependency
    static void check(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalStateException("broken invariant: " + String.format(message, values));
        }
    }
}
