package dev.flotilla.consensus;

import java.io.Serial;

/** Nothing has been agreed on yet. */
public final class NoStateException extends ConsensusException {
    @Serial
    private static final long serialVersionUID = 1;

    public NoStateException() {
        super("no state has been agreed on yet", null);
    }
}
