package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;

/**
 * One entry of the log (paper §5.3).
 *
 * @param id its term and index, never {@link EntryId#NONE}
 * @param kind what the payload is
 * @param payload empty for {@link Kind#NOOP}; a {@link Command} for {@link Kind#COMMAND}, or empty on a witness; a {@link Configuration} for
 *     {@link Kind#CONFIGURATION}, each as {@link EntryCodec} writes it
 */
public record Entry(EntryId id, Kind kind, Bytes payload) implements StoredEntry {
    /** What the payload of an entry is. The number goes to disk and wire. */
    public enum Kind {
        /** Nothing: what a new leader commits first (paper §8). */
        NOOP(0),
        /** For the state machine. */
        COMMAND(1),
        /** Who is a member, in force once appended (paper §6). */
        CONFIGURATION(2);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /**
         * The kind of that number.
         *
         * @throws IllegalArgumentException if there is none
         */
        public static Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("unknown entry kind " + number);
        }
    }

    public Entry {
        if (id.index() == 0) {
            throw new IllegalArgumentException("an entry has an index of at least 1");
        }
    }

    /** The same as a witness gets it: without what a command carries. */
    public Entry forWitness() {
        return kind == Kind.COMMAND ? new Entry(id, kind, Bytes.EMPTY) : this;
    }

    /** Whether this is a command without what it carries: a witness's. */
    public boolean isHollow() {
        return kind == Kind.COMMAND && payload.isEmpty();
    }

    public long index() {
        return id.index();
    }

    public long term() {
        return id.term();
    }

    /** Payload bytes and a fixed allowance for the rest: what windows and limits count. */
    public int sizeBytes() {
        return payload.size() + 32;
    }
}
