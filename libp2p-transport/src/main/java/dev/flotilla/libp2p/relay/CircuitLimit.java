package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.relay.pb.Limit;
import java.time.Duration;

/**
 * What a relay allows a circuit.
 *
 * @param duration whole seconds, at most 2^32 - 1
 * @param dataBytes each way
 */
public record CircuitLimit(Duration duration, long dataBytes) {
    private static final long SECONDS_MAX = (1L << 32) - 1;

    public CircuitLimit {
        if (duration.toSeconds() < 1 || duration.toSeconds() > SECONDS_MAX || dataBytes < 1) {
            throw new IllegalArgumentException("a circuit's limit is at least one second and one byte, and at most "
                    + SECONDS_MAX + " s: " + duration + ", " + dataBytes + " bytes");
        }
    }

    Limit toMessage() {
        return Limit.newBuilder()
                .setDuration((int) duration.toSeconds())
                .setData(dataBytes)
                .build();
    }
}
