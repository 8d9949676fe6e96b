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

    @SuppressWarnings("AnnotateFormatMethod") // Error Prone's annotations are no dependency
    static void unless(boolean holds, String message, @Nullable Object... values) {
        if (!holds) {
            throw new Violation(String.format(message, values));
        }
    }
}
