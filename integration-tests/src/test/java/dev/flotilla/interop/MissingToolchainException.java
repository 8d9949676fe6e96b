package dev.flotilla.interop;

import org.jspecify.annotations.Nullable;

/** This machine has not what a peer program is made with; the message says what. */
final class MissingToolchainException extends Exception {
    private static final long serialVersionUID = 1;

    MissingToolchainException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
