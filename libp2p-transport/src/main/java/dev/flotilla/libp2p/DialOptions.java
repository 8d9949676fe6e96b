package dev.flotilla.libp2p;

/**
 * How a peer is to be dialled.
 *
 * @param ignoreBackoff also tries addresses that failed a moment ago: for an explicit wish, and for whoever has a
 *     schedule of its own
 */
public record DialOptions(boolean ignoreBackoff) {
    private static final DialOptions DEFAULTS = new DialOptions(false);

    public static DialOptions defaults() {
        return DEFAULTS;
    }

    public DialOptions withBackoffIgnored() {
        return new DialOptions(true);
    }
}
