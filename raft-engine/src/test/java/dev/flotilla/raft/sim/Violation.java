package dev.flotilla.raft.sim;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A property that Raft promises does not hold, or a core broke the contract of its effects. */
public final class Violation extends AssertionError {
    @Serial
    private static final long serialVersionUID = 1;

    private Violation(String message) {
        super(message);
    }

    /** For what is checked so often that its values should be put together only when it fails. */
    @SuppressWarnings("AnnotateFormatMethod") // Error Prone's annotations are no dependency
    static Violation of(String message, @Nullable Object... values) {
        return new Violation(String.format(message, values));
    }

    @SuppressWarnings("AnnotateFormatMethod")
    static void unless(boolean holds, String message, @Nullable Object... values) {
        if (!holds) {
            throw of(message, values);
        }
    }
}
