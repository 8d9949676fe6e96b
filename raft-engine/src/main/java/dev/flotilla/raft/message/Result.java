package dev.flotilla.raft.message;

/** What a leader, or who stands in for one, says to a {@link Request}. */
public sealed interface Result {
    /** The command became this entry of the leader's log; whether it stays is not said. */
    record Appended(EntryId id) implements Result {}

    /**
     * Whoever has applied {@code index} may answer the read.
     *
     * @param confirmedAgoNanos how long before this answer the round was sent by which a quorum confirmed the leader; 0
     *     where that came after the request
     */
    record ReadAt(long index, long confirmedAgoNanos) implements Result {
        public ReadAt(long index) {
            this(index, 0);
        }
    }

    /** Done, and committed. */
    record Done() implements Result {}

    /**
     * Nothing was done and nothing was appended, unless the reason is {@link Reason#UNDECIDED}.
     *
     * @param reason for programs
     * @param detail for people: a sentence with values, at most {@link #DETAIL_LENGTH_MAX} characters
     */
    record Refused(Reason reason, String detail) implements Result {
        public static final int DETAIL_LENGTH_MAX = 1024;
    }

    /** Why a request was refused. The number goes to the wire. */
    enum Reason {
        /** This peer is not the leader and knows none, or a forwarded request met no leader; ask again. */
        NO_LEADER(1),
        /** Too many bytes wait to be committed; ask again later. */
        OVERLOADED(2),
        /** Larger than an entry may be. */
        TOO_LARGE(3),
        /** Not possible now, for example while another membership change is under way; ask again later. */
        BUSY(4),
        /** Must not be done; asking again does not help. */
        NOT_ALLOWED(5),
        /**
         * The one that does not say that nothing was done: a membership change was begun, but its leader lost office.
         * Asking again tells how it ended, or makes it.
         */
        UNDECIDED(6);

        private final int number;

        Reason(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /**
         * The reason of that number.
         *
         * @throws IllegalArgumentException if there is none
         */
        public static Reason of(int number) {
            for (Reason reason : values()) {
                if (reason.number == number) {
                    return reason;
                }
            }
            throw new IllegalArgumentException("unknown refusal reason " + number);
        }
    }
}
