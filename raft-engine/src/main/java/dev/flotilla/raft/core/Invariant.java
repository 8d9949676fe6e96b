package dev.flotilla.raft.core;

/** What must always hold; checked in production too. A broken one stops the group on this peer. */
@SuppressWarnings("AnnotateFormatMethod") // one annotation is no reason for a dependency
final class Invariant {
    private Invariant() {}

    /** @throws IllegalStateException with the formatted message if {@code holds} is false; nothing is boxed before */
    static void check(boolean holds, String message, long first, long second) {
        if (!holds) {
            throw broken(message, first, second);
        }
    }

    /** As above. */
    static void check(boolean holds, String message, long first, Object second) {
        if (!holds) {
            throw broken(message, first, second);
        }
    }

    /** As above. */
    static void check(boolean holds, String message, Object first, Object second) {
        if (!holds) {
            throw broken(message, first, second);
        }
    }

    private static IllegalStateException broken(String message, Object... values) {
        return new IllegalStateException("broken invariant: " + String.format(message, values));
    }

    /** As above, for what is seldom checked: makes an array of the values. */
    static void check(boolean holds, String message, Object... values) {
        if (!holds) {
            throw broken(message, values);
        }
    }
}
