package dev.flotilla.libp2p.perf;

import java.time.Duration;

/**
 * What a server does for one stream at most. One that wants more is reset.
 *
 * @param bytesMax each way
 * @param timeMax from the stream's beginning to its end
 */
public record PerfLimits(long bytesMax, Duration timeMax) {
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final PerfLimits NONE = new PerfLimits(Long.MAX_VALUE, LONGEST);

    public PerfLimits {
        if (bytesMax < 1 || timeMax.toMillis() < 1 || timeMax.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("bounds must be positive, and no longer than a year: bytesMax "
                    + bytesMax + ", timeMax " + timeMax);
        }
    }

    /** For who asks to be measured by peers that he knows. */
    public static PerfLimits none() {
        return NONE;
    }
}
