package dev.flotilla.consensus;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What an operation threw, as it was written down: in a snapshot, or for who asks again. Its message is what the operation
 * said, or the beginning of that.
 */
public final class RecordedFailureException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final String type;

    /** @param type the name of the class of what was thrown */
    public RecordedFailureException(String type, String message) {
        super(message);
        this.type = type;
    }

    /** The name of the class of what was thrown; empty if it was not written down. */
    public String type() {
        return type;
    }

    /** The name of the class of {@code thrown} or, if that is recorded, of what was recorded. */
    public static String typeOf(Throwable thrown) {
        return thrown instanceof RecordedFailureException recorded
                ? recorded.type
                : thrown.getClass().getName();
    }

    /** What {@code thrown} says: its message or, without one it can give, the simple name of its class. */
    public static String messageOf(Throwable thrown) {
        @Nullable String message;
        try {
            message = thrown.getMessage();
        } catch (RuntimeException e) { // the application's
            message = null;
        }
        return message == null ? thrown.getClass().getSimpleName() : message;
    }
}
