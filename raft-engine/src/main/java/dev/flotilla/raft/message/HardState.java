package dev.flotilla.raft.message;

import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * What must survive a crash beside the log: written in one piece (paper figure 2, persistent state).
 *
 * @param term the latest term that this peer has seen, from 0
 * @param votedFor whom it voted for in that term, or null
 */
public record HardState(long term, @Nullable PeerId votedFor) {
    /** The last term that there may be: more than elections can use up, and far from where adding to it overflows. */
    public static final long TERM_MAX = 1L << 62;

    public static final HardState INITIAL = new HardState(0, null);
}
