package dev.flotilla.raft;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The form in which the outcome of a change is kept for a retry: a letter for what it was, the reason's name and a line
 * feed if it was rejected, and as much of its text as fits. The state is not kept: it may be large.
 */
final class KeptOutcome {
    private static final char APPLIED = 'A';
    private static final char FAILED = 'F';
    private static final char REJECTED = 'R';
    private static final int TEXT_CHARS_MAX = (StateMachine.RESULT_BYTES_MAX - 32) / 3; // in UTF-8, beside the rest

    private KeptOutcome() {}

    static Bytes encode(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Applied) {
            return Bytes.utf8(String.valueOf(APPLIED));
        } else if (outcome instanceof Outcome.Failed<?> failed) {
            return Bytes.utf8(FAILED + cut(reason(failed.cause())));
        } else if (outcome instanceof Outcome.Rejected<?> rejected) {
            return Bytes.utf8(REJECTED + rejected.reason().name() + "\n" + cut(rejected.detail()));
        }
        throw new AssertionError("applying a change never gives " + outcome);
    }

    private static String reason(Throwable cause) {
        return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    }

    private static String cut(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
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
        int reasonEnd = text.indexOf('\n');
        if (kind == APPLIED && state != null) {
            return new Outcome.Applied<>(index, state);
        } else if (kind == FAILED) {
            return new Outcome.Failed<>(index, new IllegalStateException(text.substring(1)));
        } else if (kind == REJECTED && reasonEnd > 0) {
            return new Outcome.Rejected<>(
                    Outcome.Reason.valueOf(text.substring(1, reasonEnd)), text.substring(reasonEnd + 1));
        }
        throw new IllegalArgumentException("not an outcome that was kept: " + encoded);
    }
}
