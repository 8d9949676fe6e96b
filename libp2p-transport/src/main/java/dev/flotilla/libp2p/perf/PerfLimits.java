package dev.flotilla.libp2p.perf;

import java.time.Duration;

/**
 * What a server does for one stream at most. One that wants more is reset.
 *
 * @param bytesMax each way
 * @param timeMax from the stream's beginning to its end
 * @param silenceMax without a byte, either way
 */
public record PerfLimits(long bytesMax, Duration timeMax, Duration silenceMax) {
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final PerfLimits NONE = new PerfLimits(Long.MAX_VALUE, LONGEST);

    public PerfLimits {
        if (bytesMax < 1 || timeMax.toMillis() < 1 || timeMax.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("bounds must be positive, and no longer than a year: bytesMax "
                    + bytesMax + ", timeMax " + timeMax);
        }
        if (silenceMax.toMillis() < 1 || silenceMax.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("silenceMax must be positive, and no longer than a year: " + silenceMax);
        }
    }

    /** With half a minute of silence at most. */
    public PerfLimits(long bytesMax, Duration timeMax) {
        this(bytesMax, timeMax, SILENCE);
    }

    /** For who asks to be measured by peers that he knows: none but that of silence. */
    public static PerfLimits none() {
        return NONE;
    }
}
