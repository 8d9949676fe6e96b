package dev.flotilla.peer.community;

import java.io.Serial;

/** A patch that is malformed or does not fit the document. */
public final class PatchException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final int operation;

    PatchException(int operation, String message) {
        super(message, null, false, false);
        this.operation = operation;
    }

    /** Which operation failed, counted from 0; -1 if the patch as a whole is malformed. */
    public int operation() {
        return operation;
    }

    /** Why, as a sentence without the number. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
