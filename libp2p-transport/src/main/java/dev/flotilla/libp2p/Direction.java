package dev.flotilla.libp2p;

/** Who dialled a connection or opened a stream. */
public enum Direction {
    /** The other side did. */
    INBOUND,
    /** This side did. */
    OUTBOUND
}
