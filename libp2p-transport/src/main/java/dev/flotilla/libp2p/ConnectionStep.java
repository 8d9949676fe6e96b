package dev.flotilla.libp2p;

/**
 * One step on the way to a connection; it has been done when it is told.
 *
 * @param direction who dials
 * @param address the other side's end; while a name is looked up, what was to be dialled
 * @param detail what came of it, by kind
 */
public record ConnectionStep(Direction direction, Multiaddr address, Kind kind, String detail) {
    /** What was done. A transport that secures by itself has neither protocols nor a multiplexer to agree on. */
    public enum Kind {
        /** The names in the address were looked up; the detail lists what was found. */
        RESOLVED,
        /** The address is being dialled; the detail is empty. */
        DIALLING,
        /** There are bytes in both directions; the detail is the transport's name. */
        CONNECTED,
        /** The security protocol was agreed on, which is the detail. */
        SECURITY_AGREED,
        /** The other side proved who it is; the detail is its peer id. */
        SECURED,
        /** The multiplexer was agreed on, which is the detail, within the handshake before or after it. */
        MUXER_AGREED,
        /** Streams can come and go; the detail is empty. */
        ESTABLISHED,
        /** The address came to nothing; the detail says why. */
        FAILED
    }
}
