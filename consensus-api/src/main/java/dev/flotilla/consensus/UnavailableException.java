package dev.flotilla.consensus;

import java.io.Serial;

/** A read as fresh as that cannot be had now: no leader, not in time, not offered by this group, or closed. */
public final class UnavailableException extends ConsensusException {
    @Serial
    private static final long serialVersionUID = 1;

    public UnavailableException(String message) {
        super(message, null);
    }
}
