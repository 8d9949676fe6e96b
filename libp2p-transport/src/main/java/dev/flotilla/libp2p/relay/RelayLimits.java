package dev.flotilla.libp2p.relay;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of a relay.
 *
 * @param reservationTtl how long a reservation counts unless it is renewed; whole seconds
 * @param reservationsMax in all; a peer has one at most
 * @param reservationsPerAddressMax of peers with the same IP address (IPv6: the same first 64 bits)
 * @param circuitsMax in all
 * @param circuitsPerPeerMax that one peer is an end of
 * @param circuitLimit what each circuit may last and carry; null: no limit, as for the relay of one's own swarm
 * @param requestTimeout for a request to come, and for the peer that is called to answer
 */
public record RelayLimits(
        Duration reservationTtl,
        int reservationsMax,
        int reservationsPerAddressMax,
        int circuitsMax,
        int circuitsPerPeerMax,
        @Nullable CircuitLimit circuitLimit,
        Duration requestTimeout) {
    private static final int CIRCUITS_OF_MEMBER = 2 * 64;
    private static final RelayLimits DEFAULTS = new RelayLimits(
            Duration.ofHours(1),
            128,
            8,
            1024,
            16,
            new CircuitLimit(Duration.ofMinutes(2), 128 << 10),
            Duration.ofSeconds(10));

    public RelayLimits {
        if (reservationTtl.toSeconds() < 1 || requestTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("times must be positive: reservationTtl " + reservationTtl
                    + " (whole seconds), requestTimeout " + requestTimeout);
        }
        requirePositive("reservationsMax", reservationsMax);
        requirePositive("reservationsPerAddressMax", reservationsPerAddressMax);
        requirePositive("circuitsMax", circuitsMax);
        requirePositive("circuitsPerPeerMax", circuitsPerPeerMax);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    /** For a relay that anybody may use: those of go-libp2p, and a bound of all circuits. */
    public static RelayLimits defaults() {
        return DEFAULTS;
    }

    /**
     * For a relay of one's own swarm: circuits have no limit, all peers may be behind one router, and each may have two
     * circuits, one that either began, with each of the 64 members that a community has at most.
     */
    public static RelayLimits ofSwarm() {
        int reservations = DEFAULTS.reservationsMax;
        return DEFAULTS.withCircuitLimit(null)
                .withReservations(reservations, reservations)
                .withCircuits(reservations * CIRCUITS_OF_MEMBER / 2, CIRCUITS_OF_MEMBER);
    }

    public RelayLimits withReservationTtl(Duration ttl) {
        return new RelayLimits(
                ttl,
                reservationsMax,
                reservationsPerAddressMax,
                circuitsMax,
                circuitsPerPeerMax,
                circuitLimit,
                requestTimeout);
    }

    public RelayLimits withReservations(int max, int perAddressMax) {
        return new RelayLimits(
                reservationTtl, max, perAddressMax, circuitsMax, circuitsPerPeerMax, circuitLimit, requestTimeout);
    }

    public RelayLimits withCircuits(int max, int perPeerMax) {
        return new RelayLimits(
                reservationTtl,
                reservationsMax,
                reservationsPerAddressMax,
                max,
                perPeerMax,
                circuitLimit,
                requestTimeout);
    }

    public RelayLimits withCircuitLimit(@Nullable CircuitLimit limit) {
        return new RelayLimits(
                reservationTtl,
                reservationsMax,
                reservationsPerAddressMax,
                circuitsMax,
                circuitsPerPeerMax,
                limit,
                requestTimeout);
    }

    public RelayLimits withRequestTimeout(Duration timeout) {
        return new RelayLimits(
                reservationTtl,
                reservationsMax,
                reservationsPerAddressMax,
                circuitsMax,
                circuitsPerPeerMax,
                circuitLimit,
                timeout);
    }
}
