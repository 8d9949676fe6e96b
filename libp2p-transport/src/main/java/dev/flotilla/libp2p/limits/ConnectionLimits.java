package dev.flotilla.libp2p.limits;

import java.time.Duration;

/**
 * How many connections there may be once their handshakes are done, and which are closed before that.
 *
 * @param host of all peers; a protected peer gets in all the same, in the place of an unprotected one
 * @param perPeerMax with one peer; what gives way is a relayed one, then one of the direction that is not used where both
 *     sides dialled, then the oldest
 * @param perAddressMax inbound ones of one IPv4 address, or of the IPv6 addresses with the same first 64 bits
 * @param perSubnetMax inbound ones of the IPv6 addresses with the same first 56 bits
 * @param highWater the count above which unprotected connections are closed, those of the least worth first
 * @param lowWater the count down to which they are
 * @param grace how old a connection gets before it may be closed for that
 */
public record ConnectionLimits(
        Limit host, int perPeerMax, int perAddressMax, int perSubnetMax, int highWater, int lowWater, Duration grace) {
    public ConnectionLimits {
        if (perPeerMax < 1 || perAddressMax < 1 || perSubnetMax < perAddressMax) {
            throw new IllegalArgumentException("limits must be positive, and a subnet's no less than an address's:"
                    + " perPeerMax " + perPeerMax + ", perAddressMax " + perAddressMax + ", perSubnetMax "
                    + perSubnetMax);
        }
        if (lowWater < 0 || highWater < lowWater || grace.isNegative()) {
            throw new IllegalArgumentException("water marks must not be negative and in order: lowWater " + lowWater
                    + ", highWater " + highWater + ", grace " + grace);
        }
    }

    /** Limits of a host, with the share of one address and the water marks that go with them. */
    public static ConnectionLimits of(Limit host) {
        int perAddress = Math.max(1, host.inboundMax() / 16);
        return new ConnectionLimits(
                host,
                8, // as go-libp2p; two sides that keep to the rules have two or three
                perAddress,
                2 * perAddress,
                host.max() - host.max() / 8,
                host.max() - host.max() / 4,
                Duration.ofSeconds(20));
    }

    /** The count of inbound connections above which unprotected ones of them are closed: before newcomers are refused. */
    public int inboundHighWater() {
        return host.inboundMax() - host.inboundMax() / 8;
    }

    /** The count down to which they are. */
    public int inboundLowWater() {
        return host.inboundMax() - host.inboundMax() / 4;
    }

    public ConnectionLimits withPerAddressMax(int address, int subnet) {
        return new ConnectionLimits(host, perPeerMax, address, subnet, highWater, lowWater, grace);
    }

    public ConnectionLimits withPerPeerMax(int max) {
        return new ConnectionLimits(host, max, perAddressMax, perSubnetMax, highWater, lowWater, grace);
    }

    public ConnectionLimits withWaterMarks(int low, int high, Duration youth) {
        return new ConnectionLimits(host, perPeerMax, perAddressMax, perSubnetMax, high, low, youth);
    }
}
