package dev.flotilla.libp2p.perf;

import java.time.Duration;

/**
 * What a measurement took.
 *
 * @param uploadTime from the first byte sent to the first sign of the other side, which has read all by then; it contains
 *     one round trip
 * @param downloadTime from then to the last byte received; zero if none was wanted
 */
public record PerfResult(long uploadBytes, Duration uploadTime, long downloadBytes, Duration downloadTime) {}
