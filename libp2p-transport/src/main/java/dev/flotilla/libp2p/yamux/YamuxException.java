package dev.flotilla.libp2p.yamux;

import java.io.IOException;

/** The peer broke the yamux protocol, or stopped answering; the connection is over. */
public final class YamuxException extends IOException {
    private static final long serialVersionUID = 1L;

    private final GoAwayCode code;

    YamuxException(GoAwayCode code, String message) {
        super(message);
        this.code = code;
    }

    /** What the peer is told. */
    public GoAwayCode code() {
        return code;
    }
}
