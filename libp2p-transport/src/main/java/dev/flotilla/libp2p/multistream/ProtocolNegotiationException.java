package dev.flotilla.libp2p.multistream;

import java.io.IOException;

/** The two sides did not agree on a protocol. The message says what each of them said. */
public final class ProtocolNegotiationException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolNegotiationException(String message) {
        super(message);
    }

    ProtocolNegotiationException(String message, Throwable cause) {
        super(message, cause);
    }
}
