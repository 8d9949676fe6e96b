package dev.flotilla.libp2p.transport;

import java.util.concurrent.CompletionException;

/** What made a future fail. */
final class Failures {
    private Failures() {}

    /** {@code failure} without what dependent stages wrapped around it. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause(cause) : failure;
    }

    /** What to tell of it. */
    static String message(Throwable failure) {
        Throwable cause = cause(failure);
        String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }
}
