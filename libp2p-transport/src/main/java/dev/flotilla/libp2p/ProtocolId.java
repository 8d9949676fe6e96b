package dev.flotilla.libp2p;

/**
 * The name that two peers agree on for a stream, such as {@code /ipfs/ping/1.0.0} (libp2p spec, multistream-select).
 *
 * @param value starts with {@code /}, printable ASCII, at most 256 characters
 */
public record ProtocolId(String value) {
    private static final int LENGTH_MAX = 256;

    public ProtocolId {
        boolean printable = value.chars().allMatch(c -> c > ' ' && c < 127);
        if (!value.startsWith("/") || !printable || value.length() > LENGTH_MAX) {
            throw new IllegalArgumentException("not a protocol id: '" + value + "'");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
