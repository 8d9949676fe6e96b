package dev.flotilla.consensus;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a read.
 *
 * @param state what was read
 * @param index of the last entry applied to it
 * @param term of that entry
 * @param age an upper bound on how old the answer is: the time since this peer sent the last round that a leader
 *     confirmed with its quorum; {@code null} if there was none
 */
public record ReadResult<S>(S state, long index, long term, @Nullable Duration age) {}
