package dev.flotilla.libp2p.autonat;

import java.time.Duration;

/**
 * The bounds of a server. Each peer has one request under way at most.
 *
 * @param requestsMax in a minute, of all peers
 * @param requestsPerPeerMax in a minute
 * @param dialDataRequestsMax in a minute, those for which dial data is asked
 * @param requestTimeout for a request to come, and again for all its dial data
 * @param dialBackTimeout for the peer to answer the dial-back, once it was reached
 * @param privateAllowed also dials addresses that nobody has in the public Internet, such as loopback
 */
public record AutonatConfig(
        int requestsMax,
        int requestsPerPeerMax,
        int dialDataRequestsMax,
        Duration requestTimeout,
        Duration dialBackTimeout,
        boolean privateAllowed) {
    private static final AutonatConfig DEFAULTS =
            new AutonatConfig(60, 12, 12, Duration.ofSeconds(15), Duration.ofSeconds(5), false);

    public AutonatConfig {
        if (requestTimeout.toMillis() < 1 || dialBackTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("times must be positive: requestTimeout " + requestTimeout
                    + ", dialBackTimeout " + dialBackTimeout);
        }
        requirePositive("requestsMax", requestsMax);
        requirePositive("requestsPerPeerMax", requestsPerPeerMax);
        requirePositive("dialDataRequestsMax", dialDataRequestsMax);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    /** For the public Internet, as go-libp2p has them. */
    public static AutonatConfig defaults() {
        return DEFAULTS;
    }

    public AutonatConfig withRequests(int max, int perPeerMax, int withDialDataMax) {
        return new AutonatConfig(max, perPeerMax, withDialDataMax, requestTimeout, dialBackTimeout, privateAllowed);
    }

    public AutonatConfig withTimeouts(Duration request, Duration dialBack) {
        return new AutonatConfig(
                requestsMax, requestsPerPeerMax, dialDataRequestsMax, request, dialBack, privateAllowed);
    }

    public AutonatConfig withPrivateAllowed() {
        return new AutonatConfig(
                requestsMax, requestsPerPeerMax, dialDataRequestsMax, requestTimeout, dialBackTimeout, true);
    }
}
