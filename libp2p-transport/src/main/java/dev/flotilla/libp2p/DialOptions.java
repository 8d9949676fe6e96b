package dev.flotilla.libp2p;

/**
 * How a peer is to be dialled.
 *
 * @param ignoreBackoff also tries addresses that failed a moment ago: for an explicit wish, and for whoever has a
 *     schedule of its own
 * @param forceDirect neither dials over a relay nor makes do with a relayed connection that is open
 */
public record DialOptions(boolean ignoreBackoff, boolean forceDirect) {
    private static final DialOptions DEFAULTS = new DialOptions(false, false);

    public static DialOptions defaults() {
        return DEFAULTS;
    }

    public DialOptions withBackoffIgnored() {
        return new DialOptions(true, forceDirect);
    }

    public DialOptions withDirectForced() {
        return new DialOptions(ignoreBackoff, true);
    }

    /** Whether {@code connection} is what is asked for. One that is limited is not: a better one may be had. */
    public boolean isSatisfiedBy(Connection connection) {
        return !connection.isLimited() && !(forceDirect && connection.isRelayed());
    }
}
