package dev.flotilla.raft.recovery;

import java.io.Serial;

/** A group cannot or must not be recovered on this peer. The message is one line that says why and what to do. */
public final class RecoveryException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    RecoveryException(String message) {
        super(message);
    }
}
