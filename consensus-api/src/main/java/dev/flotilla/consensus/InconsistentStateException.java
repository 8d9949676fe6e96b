package dev.flotilla.consensus;

import java.io.Serial;

/** An operation failed to apply and has not been rolled back. */
public final class InconsistentStateException extends ConsensusException {
    @Serial
    private static final long serialVersionUID = 1;

    private final long index;
    private final String type;

    /**
     * @param index of the entry whose operation failed
     * @param reason what it said; the same on every member
     * @param cause what it threw; a {@link RecordedFailureException} where that was not kept
     */
    public InconsistentStateException(long index, String reason, Throwable cause) {
        super("the operation at index " + index + " failed: " + reason + "; roll back to go on", cause);
        this.index = index;
        this.type = RecordedFailureException.typeOf(cause);
    }

    /** The index of the entry whose operation failed. */
    public long index() {
        return index;
    }

    /** The name of the class of what the operation threw; the same on every member, after a restart too. */
    public String type() {
        return type;
    }
}
