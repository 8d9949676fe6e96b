package dev.flotilla.libp2p.yamux;

/** Why a session ends (libp2p spec, yamux, go away). */
public enum GoAwayCode {
    NORMAL(0),
    PROTOCOL_ERROR(1),
    INTERNAL_ERROR(2);

    /** The highest number here; those of {@link dev.flotilla.libp2p.muxer.ErrorCode} are beyond it. */
    static final int MAX = 2;

    private final int value;

    GoAwayCode(int value) {
        this.value = value;
    }

    int value() {
        return value;
    }
}
