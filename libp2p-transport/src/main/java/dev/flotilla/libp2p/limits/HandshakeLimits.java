package dev.flotilla.libp2p.limits;

/**
 * How many inbound handshakes may be under way, and begin. Loopback is exempt from all that counts addresses or time; an
 * address of a protected peer may have a quarter of those under way, at any rate, and all such together three quarters. The
 * circuits of one relay may have a quarter, too, whose oldest gives way to a further one, and come at the rate of all.
 *
 * @param halfOpenMax under way; a further one takes the place of the oldest
 * @param halfOpenPerAddressMax under way from one address; further ones are refused
 * @param perSecond that may begin in a second, over time
 * @param burst that may begin at once
 * @param perSecondAndAddress that one address may begin in a second, over time
 * @param burstPerAddress that one address may begin at once
 */
public record HandshakeLimits(
        int halfOpenMax,
        int halfOpenPerAddressMax,
        double perSecond,
        int burst,
        double perSecondAndAddress,
        int burstPerAddress) {
    private static final HandshakeLimits DEFAULTS = new HandshakeLimits(256, 32, 200, 256, 1, 64);

    public HandshakeLimits {
        if (halfOpenMax < 1 || halfOpenPerAddressMax < 1 || burst < 1 || burstPerAddress < 1) {
            throw new IllegalArgumentException("limits must be positive: halfOpenMax " + halfOpenMax
                    + ", halfOpenPerAddressMax " + halfOpenPerAddressMax + ", burst " + burst + ", burstPerAddress "
                    + burstPerAddress);
        }
        if (!(perSecond > 0) || !(perSecondAndAddress > 0)) {
            throw new IllegalArgumentException(
                    "rates must be positive: perSecond " + perSecond + ", perSecondAndAddress " + perSecondAndAddress);
        }
    }

    public static HandshakeLimits defaults() {
        return DEFAULTS;
    }

    public HandshakeLimits withHalfOpenMax(int max, int perAddressMax) {
        return new HandshakeLimits(max, perAddressMax, perSecond, burst, perSecondAndAddress, burstPerAddress);
    }

    public HandshakeLimits withRate(double second, int atOnce) {
        return new HandshakeLimits(
                halfOpenMax, halfOpenPerAddressMax, second, atOnce, perSecondAndAddress, burstPerAddress);
    }

    public HandshakeLimits withRatePerAddress(double second, int atOnce) {
        return new HandshakeLimits(halfOpenMax, halfOpenPerAddressMax, perSecond, burst, second, atOnce);
    }
}
