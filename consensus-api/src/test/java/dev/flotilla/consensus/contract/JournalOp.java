package dev.flotilla.consensus.contract;

import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Op;
import dev.flotilla.transport.Bytes;

/** The operations that the contracts agree on. */
public sealed interface JournalOp extends Op<Journal> {
    /** Adds a line. Its bytes are those of a journal of that line alone. */
    record Append(String line) implements JournalOp {
        @Override
        public Journal applyTo(Journal journal) {
            return journal.with(line);
        }
    }

    /** Throws. */
    record Fail(String reason) implements JournalOp {
        @Override
        public Journal applyTo(Journal journal) throws JournalException {
            throw new JournalException(reason);
        }
    }

    /** What {@link Fail} throws. */
    final class JournalException extends Exception {
        private static final long serialVersionUID = 1;

        JournalException(String reason) {
            super(reason);
        }
    }

    static Op<Journal> append(String line) {
        return new Append(line);
    }

    static Op<Journal> fail(String reason) {
        return new Fail(reason);
    }

    /** The line and a line feed; {@code !} in front marks a failure. */
    static Codec<Op<Journal>> codec() {
        return Codec.of("journal-op", 1, JournalOp::encode, JournalOp::decode);
    }

    private static Bytes encode(Op<Journal> op) {
        if (op instanceof Append append) {
            return Bytes.utf8(append.line + "\n");
        }
        if (op instanceof Fail fail) {
            return Bytes.utf8("!" + fail.reason + "\n");
        }
        throw new IllegalArgumentException("not an operation on journals: " + op);
    }

    private static Op<Journal> decode(Bytes bytes) {
        String text = bytes.utf8();
        if (text.length() < 2 || text.indexOf('\n') != text.length() - 1) {
            throw new IllegalArgumentException("not one line: '" + text + "'");
        }
        String line = text.substring(0, text.length() - 1);
        return line.startsWith("!") ? fail(line.substring(1)) : append(line);
    }
}
