package dev.flotilla.consensus;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** An operation failed to apply and has not been rolled back. */
public final class InconsistentStateException extends ConsensusException {
    @Serial
    private static final long serialVersionUID = 1;

    private final long index;

    /**
     * @param index of the entry whose operation failed
     * @param reason what it said; the same on every member
     * @param cause what it threw; {@code null} where only the reason is known, after a restart
     */
    public InconsistentStateException(long index, String reason, @Nullable Throwable cause) {
        super("the operation at index " + index + " failed: " + reason + "; roll back to go on", cause);
        this.index = index;
    }

    /** The index of the entry whose operation failed. */
    public long index() {
        return index;
    }
}
