package dev.flotilla.libp2p.transport;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A short series of dials to a peer that has closed its connection: they show soon whether its process is gone, which a
 * refusal alone proves (design, section 4). A process that is killed closes its sockets one after the other, so a dial at
 * once may still find its listener: the system takes the connection, and resets it a moment later. Such a dial proves
 * nothing, and another follows soon; those that come back with a refusal end the series. Not thread-safe.
 */
final class ProofDials {
    private static final List<Duration> PAUSES = List.of(
            Duration.ZERO,
            Duration.ofMillis(3),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofMillis(40),
            Duration.ofMillis(80));

    private int made = PAUSES.size(); // how many pauses are used up

    /** The peer has closed its connection: the series begins with the next pause. */
    void begin() {
        made = 0;
    }

    /** The peer is there, or has refused. */
    void end() {
        made = PAUSES.size();
    }

    /** How long to wait before the next dial of the series; empty if it is over, or none has begun. */
    Optional<Duration> nextPause() {
        return made == PAUSES.size() ? Optional.empty() : Optional.of(PAUSES.get(made++));
    }
}
