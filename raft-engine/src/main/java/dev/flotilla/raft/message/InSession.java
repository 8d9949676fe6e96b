package dev.flotilla.raft.message;

/**
 * How a command belongs to a client session, by which it is applied at most once however often it is appended (thesis
 * §6.3). A session's id is the index of the entry that opened it, so that none is ever made anew.
 */
public sealed interface InSession {
    /** It belongs to none: applied each time that it is appended. */
    record None() implements InSession {}

    /** It opens one, and carries nothing for the state machine. */
    record Opening() implements InSession {}

    /**
     * It is this one of its session's commands.
     *
     * @param session at least 1
     * @param sequence counts up from 1; commands are pipelined, so that the log may have them in another order
     * @param lowestUnanswered the client knows what became of all below it; at most {@code sequence}
     */
    record Numbered(long session, long sequence, long lowestUnanswered) implements InSession {
        public Numbered {
            if (session < 1 || lowestUnanswered < 1 || sequence < lowestUnanswered) {
                throw new IllegalArgumentException("no session " + session + " has a command " + sequence
                        + " whose lowest unanswered one is " + lowestUnanswered);
            }
        }
    }
}
