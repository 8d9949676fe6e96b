package dev.flotilla.libp2p;

/**
 * How a peer is to be dialled.
 *
 * @param ignoreBackoff also tries addresses that failed a moment ago: for an explicit wish, and for whoever has a
 *     schedule of its own
 * @param forceDirect neither dials over a relay nor makes do with a relayed connection that is open
 * @param fromListenPort by TCP and QUIC, dials from a port that the host listens on, so that a NAT shows the same address for both;
 *     from any other port where that cannot be done
 * @param asListener is the responder of the handshakes, as if the peer had dialled: it dials at the same moment (libp2p
 *     spec, DCUtR); by QUIC the peer alone dials, and is let in
 */
public record DialOptions(boolean ignoreBackoff, boolean forceDirect, boolean fromListenPort, boolean asListener) {
    private static final DialOptions DEFAULTS = new DialOptions(false, false, false, false);

    public static DialOptions defaults() {
        return DEFAULTS;
    }

    public DialOptions withBackoffIgnored() {
        return new DialOptions(true, forceDirect, fromListenPort, asListener);
    }

    public DialOptions withDirectForced() {
        return new DialOptions(ignoreBackoff, true, fromListenPort, asListener);
    }

    public DialOptions withListenPort() {
        return new DialOptions(ignoreBackoff, forceDirect, true, asListener);
    }

    /** One of two that dial each other at the same moment, to open the way through NATs; one of them is the client. */
    public DialOptions withSimultaneousConnect(boolean isClient) {
        return new DialOptions(true, true, true, !isClient);
    }

    /** Whether {@code connection} is what is asked for. One that is limited is not: a better one may be had. */
    public boolean isSatisfiedBy(Connection connection) {
        return !connection.isLimited() && !(forceDirect && connection.isRelayed());
    }
}
