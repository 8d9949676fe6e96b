package dev.flotilla.libp2p.delimited;

import java.io.IOException;

/** What came is no message of the protocol. */
public final class MalformedMessageException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedMessageException(String message) {
        super(message);
    }
}
