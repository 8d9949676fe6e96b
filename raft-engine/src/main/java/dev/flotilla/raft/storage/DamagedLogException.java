package dev.flotilla.raft.storage;

import java.io.IOException;
import java.io.Serial;

/** What was asked for is damaged on disk; the rest of the log is usable. The message names what, file and offset. */
public final class DamagedLogException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    public DamagedLogException(String message) {
        super(message);
    }
}
