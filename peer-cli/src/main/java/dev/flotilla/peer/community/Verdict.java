package dev.flotilla.peer.community;

/** What became of a patch that was agreed on. Every member comes to the same. */
public sealed interface Verdict {
    /**
     * The document was changed.
     *
     * @param index of the log entry
     */
    record Changed(long index) implements Verdict {}

    /**
     * The patch changed nothing.
     *
     * @param index of the log entry
     * @param operation which operation failed, counted from 0; -1 if the patch as a whole is malformed
     * @param reason why
     */
    record Refused(long index, int operation, String reason) implements Verdict {}
}
