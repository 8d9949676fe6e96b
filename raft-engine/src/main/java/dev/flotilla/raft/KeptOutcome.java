package dev.flotilla.raft;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.RecordedFailureException;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The form in which the outcome of a change is kept for a retry: a letter for what it was, the reason's name and a line
 * feed if it was rejected, the type of what its operation threw and a line feed if it failed, and as much of its text as
 * fits. The state is not kept: it may be large.
 */
final class KeptOutcome {
    private static final char APPLIED = 'A';
    private static final char FAILED = 'F'; // with the reason alone: written before the type was
    private static final char FAILED_AS = 'T';
    private static final char REJECTED = 'R';
    private static final int TEXT_BYTES_MAX = StateMachine.RESULT_BYTES_MAX - 32; // in UTF-8, beside the rest
    private static final int TYPE_BYTES_MAX = 128;

    private KeptOutcome() {}

    static Bytes encode(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Applied) {
            return Bytes.utf8(String.valueOf(APPLIED));
        } else if (outcome instanceof Outcome.Failed<?> failed) {
            String type = cut(RecordedFailureException.typeOf(failed.cause()), TYPE_BYTES_MAX);
            int left = TEXT_BYTES_MAX - Bytes.utf8(type).size();
            return Bytes.utf8(FAILED_AS + type + "\n" + cut(RecordedFailureException.messageOf(failed.cause()), left));
        } else if (outcome instanceof Outcome.Rejected<?> rejected) {
            return Bytes.utf8(REJECTED + rejected.reason().name() + "\n" + cut(rejected.detail(), TEXT_BYTES_MAX));
        }
        throw new AssertionError("applying a change never gives " + outcome);
    }

    /** As much of the beginning as has so many bytes in UTF-8. */
    private static String cut(String text, int bytesMax) {
        int bytes = 0;
        for (int at = 0; at < text.length(); ) {
            int codePoint = text.codePointAt(at);
            bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            if (bytes > bytesMax) {
                return text.substring(0, at);
            }
            at += Character.charCount(codePoint);
        }
        return text;
    }

    /**
     * The outcome that was encoded, of the entry at {@code index}.
     *
     * @param state to hand with it if it was applied
     * @throws IllegalArgumentException if {@code encoded} is none
     */
    static <S> Outcome<S> decode(long index, Bytes encoded, @Nullable S state) {
        String text = encoded.utf8();
        char kind = text.isEmpty() ? ' ' : text.charAt(0);
        int headEnd = text.indexOf('\n');
        if (kind == APPLIED && state != null) {
            return new Outcome.Applied<>(index, state);
        } else if (kind == FAILED) {
            return new Outcome.Failed<>(index, new RecordedFailureException("", text.substring(1)));
        } else if (kind == FAILED_AS && headEnd > 0) {
            return new Outcome.Failed<>(
                    index, new RecordedFailureException(text.substring(1, headEnd), text.substring(headEnd + 1)));
        } else if (kind == REJECTED && headEnd > 0) {
            return new Outcome.Rejected<>(
                    Outcome.Reason.valueOf(text.substring(1, headEnd)), text.substring(headEnd + 1));
        }
        throw new IllegalArgumentException("not an outcome that was kept: " + encoded);
    }
}
