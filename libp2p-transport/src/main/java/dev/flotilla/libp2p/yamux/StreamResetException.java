package dev.flotilla.libp2p.yamux;

import java.io.IOException;

/** A stream ended before its time: one side reset it, or its connection went away. */
public final class StreamResetException extends IOException {
    private static final long serialVersionUID = 1L;

    StreamResetException(String message) {
        super(message);
    }
}
