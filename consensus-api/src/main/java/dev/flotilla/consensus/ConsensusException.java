package dev.flotilla.consensus;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A read that cannot be answered. Writes do not throw: they end as an {@link Outcome}. */
public abstract sealed class ConsensusException extends RuntimeException
        permits NoStateException, InconsistentStateException, UnavailableException {
    @Serial
    private static final long serialVersionUID = 1;

    ConsensusException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
