package dev.flotilla.consensus;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a log of changes has led to so far: the rules of {@link OpLogConsensus} and nothing else. Immutable and pure, so
 * that every member that applies the same changes comes to the same agreement. An implementation keeps the newest one.
 *
 * @param newest the newest agreed state; {@code null} before the first
 * @param failure the operation that failed and has not been rolled back; {@code null} while consistent
 */
public record Agreement<S>(@Nullable Agreed<S> newest, @Nullable Failure failure) {
    /** Longest {@link Failure#reason}, in characters. */
    public static final int REASON_LENGTH_MAX = 1024;

    /**
     * An operation that could not be applied.
     *
     * @param index of its entry
     * @param reason what it said, at most {@link #REASON_LENGTH_MAX} characters
     * @param cause what it threw; a {@link RecordedFailureException} where that was not kept
     */
    public record Failure(long index, String reason, Throwable cause) {
        /** Of what {@code cause} says. */
        public static Failure of(long index, Throwable cause) {
            String message = RecordedFailureException.messageOf(cause);
            String reason = message.length() > REASON_LENGTH_MAX ? message.substring(0, REASON_LENGTH_MAX) : message;
            return new Failure(index, reason, cause);
        }

        /** The name of the class of what the operation threw; the same on every member, at any time. */
        public String type() {
            return RecordedFailureException.typeOf(cause);
        }
    }

    /** What applying one change led to. */
    public record Step<S>(Agreement<S> next, Outcome<S> outcome) {}

    /** Before the first change. */
    public static <S> Agreement<S> none() {
        return new Agreement<>(null, null);
    }

    /**
     * The newest agreed state.
     *
     * @throws NoStateException before the first
     * @throws InconsistentStateException while an operation that failed has not been rolled back
     */
    public Agreed<S> current() {
        if (failure != null) {
            throw new InconsistentStateException(failure.index, failure.reason, failure.cause);
        }
        if (newest == null) {
            throw new NoStateException();
        }
        return newest;
    }

    /** Applies the change at {@code index}. Throws nothing but an {@link Error} of the operation. */
    public Step<S> apply(long index, Change<S> change) {
        if (change instanceof Change.Rollback<S> rollback) {
            return agree(index, rollback.state());
        }
        if (failure != null) {
            return refuse(
                    Outcome.Reason.INCONSISTENT,
                    "the operation at index " + failure.index + " failed: " + failure.reason + "; roll back first");
        }
        if (change instanceof Change.NewState<S> newState) {
            return agree(index, newState.state());
        }
        if (change instanceof Change.Operation<S> operation) {
            return operate(index, operation.op());
        }
        throw new AssertionError("unhandled change: " + change);
    }

    private Step<S> operate(long index, Op<S> op) {
        if (newest == null) {
            return refuse(Outcome.Reason.NO_STATE, "no state has been agreed on yet that an operation could change");
        }
        S state;
        try {
            state = Objects.requireNonNull(op.applyTo(newest.state()), "the operation gave no state");
        } catch (Exception e) {
            return fail(index, e);
        }
        return agree(index, state);
    }

    /** The change at {@code index} cannot be applied, and every member finds the same. */
    public Step<S> fail(long index, Exception cause) {
        if (failure != null) {
            return refuse(Outcome.Reason.INCONSISTENT, "the operation at index " + failure.index + " failed before");
        }
        return new Step<>(new Agreement<>(newest, Failure.of(index, cause)), new Outcome.Failed<>(index, cause));
    }

    /** The change is not made, and every member finds the same. */
    public Step<S> refuse(Outcome.Reason reason, String detail) {
        return new Step<>(this, new Outcome.Rejected<>(reason, detail));
    }

    private Step<S> agree(long index, S state) {
        return new Step<>(new Agreement<>(new Agreed<>(index, state), null), new Outcome.Applied<>(index, state));
    }
}
