package dev.flotilla.libp2p.security;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A connection could not be secured, or did not stay so; the message says why. The connection is closed. */
public final class SecurityHandshakeException extends IOException {
    private static final long serialVersionUID = 1L;

    public SecurityHandshakeException(String message) {
        super(message);
    }

    public SecurityHandshakeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
