package dev.flotilla.libp2p;

import java.io.IOException;

/** No connection to a peer could be made. The message says for each address what went wrong. */
public final class DialException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    public DialException(String message, boolean refused) {
        super(message);
        this.refused = refused;
    }

    /**
     * Whether nothing listens any more where the peer was: each address that was dialled answered, and refused. A loopback
     * address counts only where the peer has no other, since it may have meant the peer's own machine.
     */
    public boolean isRefused() {
        return refused;
    }
}
