package dev.flotilla.raft.message;

import java.io.Serial;

/** Bytes that are no message, entry or ticket; the message says where and why. */
public final class MalformedMessageException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String message) {
        super(message);
    }

    public MalformedMessageException(String message, Throwable cause) {
        super(message, cause);
    }
}
