package dev.flotilla.libp2p.transport;

import java.time.Duration;

/**
 * The bounds of a transport.
 *
 * @param frameBytesMax the largest frame, sent or received
 * @param queuedBytesMax frames that wait for their stream, for each peer and lane; one frame always fits
 * @param redialDelayMin the delay after a first failed dial; it doubles with each further one
 * @param redialDelayMax the bound that it grows to; a random part of up to half is taken off
 */
public record TransportConfig(int frameBytesMax, int queuedBytesMax, Duration redialDelayMin, Duration redialDelayMax) {
    private static final TransportConfig DEFAULTS =
            new TransportConfig(4 << 20, 4 << 20, Duration.ofMillis(100), Duration.ofSeconds(10));

    public TransportConfig {
        if (frameBytesMax < 1 || queuedBytesMax < 1) {
            throw new IllegalArgumentException(
                    "bounds must be positive: frameBytesMax " + frameBytesMax + ", queuedBytesMax " + queuedBytesMax);
        }
        if (redialDelayMin.toMillis() < 1 || redialDelayMax.compareTo(redialDelayMin) < 0) {
            throw new IllegalArgumentException("delays must be positive and in order: redialDelayMin " + redialDelayMin
                    + ", redialDelayMax " + redialDelayMax);
        }
    }

    public static TransportConfig defaults() {
        return DEFAULTS;
    }

    public TransportConfig withFrames(int bytesMax, int queuedMax) {
        return new TransportConfig(bytesMax, queuedMax, redialDelayMin, redialDelayMax);
    }

    public TransportConfig withRedialDelays(Duration min, Duration max) {
        return new TransportConfig(frameBytesMax, queuedBytesMax, min, max);
    }
}
