package dev.flotilla.libp2p.limits;

/**
 * How many of something there may be at once.
 *
 * @param inboundMax that others began
 * @param outboundMax that this side began
 * @param max of both together
 */
public record Limit(int inboundMax, int outboundMax, int max) {
    public Limit {
        if (inboundMax < 0 || outboundMax < 0 || max < Math.max(inboundMax, outboundMax)) {
            throw new IllegalArgumentException("a limit must not be negative, nor the sum be less than a part: inbound "
                    + inboundMax + ", outbound " + outboundMax + ", both " + max);
        }
    }

    /** With no other bound for both together than their sum. */
    public static Limit of(int inboundMax, int outboundMax) {
        return new Limit(inboundMax, outboundMax, Math.addExact(inboundMax, outboundMax));
    }
}
