package dev.flotilla.interop;

import java.util.Locale;

/** What is tried in each cell of the matrix. */
enum Operation {
    HANDSHAKE,
    IDENTIFY,
    PING,
    ECHO,
    STREAMS_IN_TURN,
    STREAMS_AT_ONCE,
    RESET,
    BE_RESET,
    HALF_CLOSE,
    OTHER_SIDE_OPENS,
    DISCONNECT,
    DEATH;

    /** As the matrix prints it. */
    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
