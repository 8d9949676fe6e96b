package dev.flotilla.libp2p.quic;

import java.util.Locale;

/** Why a connection or a stream was ended (libp2p spec, error codes). Others send them; what they mean stands here. */
enum QuicErrorCode {
    PROTOCOL_NEGOTIATION_FAILED,
    RESOURCE_LIMIT_EXCEEDED,
    RATE_LIMITED,
    PROTOCOL_VIOLATION,
    SUPPLANTED,
    GARBAGE_COLLECTED,
    SHUTDOWN,
    GATED,
    CODE_OUT_OF_RANGE;

    private static final int CONNECTION_BASE = 0x1000;
    private static final int STREAM_BASE = 0x1001;

    /** A connection's code in words and as a number. */
    static String describeConnection(long code) {
        return describe(code, CONNECTION_BASE);
    }

    /** A stream's code in words and as a number. */
    static String describeStream(long code) {
        return describe(code, STREAM_BASE);
    }

    private static String describe(long code, int base) {
        String number = "0x" + Long.toHexString(code);
        long index = code - base;
        if (code == 0) {
            return "no error";
        }
        return index >= 0 && index < values().length
                ? values()[(int) index].name().toLowerCase(Locale.ROOT).replace('_', ' ') + " (" + number + ")"
                : number;
    }
}
