package dev.flotilla.libp2p;

/**
 * How a stream may be had.
 *
 * @param limitedAllowed also over a limited connection ({@link Connection#isLimited}): for what is small and helps to
 *     find a better way, such as identify (libp2p spec, circuit relay v2)
 */
public record StreamOptions(boolean limitedAllowed) {
    private static final StreamOptions DEFAULTS = new StreamOptions(false);

    public static StreamOptions defaults() {
        return DEFAULTS;
    }

    public StreamOptions withLimitedAllowed() {
        return new StreamOptions(true);
    }
}
