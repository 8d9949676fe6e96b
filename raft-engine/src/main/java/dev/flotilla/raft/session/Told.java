package dev.flotilla.raft.session;

import dev.flotilla.raft.message.Command;

/**
 * What came of a command when its entry was applied.
 *
 * @param index of that entry
 */
public record Told<R>(Command command, long index, Fate<R> fate) {
    /** Whether it was applied, and to what result. */
    public sealed interface Fate<R> {
        /**
         * It is in the state, once.
         *
         * @param index of the entry that brought it there: an earlier one if this is a duplicate
         */
        record Applied<R>(long index, R result) implements Fate<R> {}

        /** The same, but this is a duplicate, and the result of the first is not kept. */
        record ResultNotKept<R>(long index) implements Fate<R> {}

        /** It opened a session with the entry's index as id. */
        record Opened<R>() implements Fate<R> {}

        /** This entry did not apply it; whether an earlier one did, {@code why} says. */
        record Refused<R>(Verdict.Why why) implements Fate<R> {}
    }
}
