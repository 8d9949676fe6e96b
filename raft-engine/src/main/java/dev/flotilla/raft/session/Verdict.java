package dev.flotilla.raft.session;

import org.jspecify.annotations.Nullable;

/** What a {@link SessionTable} says to a command that is about to be applied. */
public sealed interface Verdict {
    /**
     * It has not been applied before: the state machine gets it.
     *
     * @param answer where its result is to be kept; null if it belongs to no session
     */
    record Run(@Nullable Answer answer) implements Verdict {}

    /** It opened a session, whose id is its index; the state machine does not see it. */
    record Opened() implements Verdict {}

    /** The same command was applied before; the state machine does not see it again. */
    record Repeated(Answer answer) implements Verdict {}

    /** It is not applied. */
    record Refused(Why why) implements Verdict {}

    /** Why a command is not applied. */
    enum Why {
        /** Its session is not in the table: it has expired, or there never was one. Never made anew. */
        EXPIRED("its session has expired"),
        /** The client has said before that it knows what became of it, so that this is not known any more. */
        FORGOTTEN("its session has forgotten what became of it"),
        /** Another command was applied under this number. */
        OTHER_PAYLOAD("another command was made under the same number of its session"),
        /** Its number is too far ahead of the lowest unanswered one. */
        OUT_OF_WINDOW("its number is too far ahead of the lowest unanswered one of its session");

        private final String words;

        Why(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }
}
