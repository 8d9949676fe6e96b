package dev.flotilla.consensus.contract;

import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Op;
import dev.flotilla.transport.Bytes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

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

    /** Gives no state, which no operation may. */
    record Nothing() implements JournalOp {
        @Override
        @SuppressWarnings("NullAway") // the very mistake
        public Journal applyTo(Journal journal) {
            return null;
        }
    }

    /** Does something to the world around it, which no operation should; for members that are in one process. */
    record Meddle(int number) implements JournalOp {
        private static final List<Runnable> ACTIONS =
                new CopyOnWriteArrayList<>(); // an operation is but bytes on its way

        @Override
        public Journal applyTo(Journal journal) {
            ACTIONS.get(number).run();
            return journal;
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

    static Op<Journal> nothing() {
        return new Nothing();
    }

    /** Runs {@code action} at every member that applies it, perhaps more than once. */
    static Op<Journal> meddle(Runnable action) {
        synchronized (Meddle.ACTIONS) {
            Meddle.ACTIONS.add(action);
            return new Meddle(Meddle.ACTIONS.size() - 1);
        }
    }

    /** The line and a line feed; {@code !} in front marks a failure, {@code ?} one that gives nothing, {@code @} a number. */
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
        if (op instanceof Nothing) {
            return Bytes.utf8("?\n");
        }
        if (op instanceof Meddle meddle) {
            return Bytes.utf8("@" + meddle.number + "\n");
        }
        throw new IllegalArgumentException("not an operation on journals: " + op);
    }

    private static Op<Journal> decode(Bytes bytes) {
        String text = bytes.utf8();
        if (text.length() < 2 || text.indexOf('\n') != text.length() - 1) {
            throw new IllegalArgumentException("not one line: '" + text + "'");
        }
        String line = text.substring(0, text.length() - 1);
        return switch (line.charAt(0)) {
            case '!' -> fail(line.substring(1));
            case '?' -> nothing();
            case '@' -> new Meddle(Integer.parseInt(line.substring(1)));
            default -> append(line);
        };
    }
}
