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

    /** Whether a machine answered at one of the addresses and refused: nothing listens there, or it turned us away. */
    public boolean isRefused() {
        return refused;
    }
}
