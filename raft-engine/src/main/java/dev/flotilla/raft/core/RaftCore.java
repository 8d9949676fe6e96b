package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerCredentials;
import java.util.List;
import java.util.random.RandomGenerator;

/** One group's protocol: a deterministic function from inputs and time to an ordered list of effects. */
@SuppressWarnings("DoNotCallSuggester") // until the bodies are there
public final class RaftCore {
    /**
     * A core that goes on from what was found on disk, as a follower.
     *
     * @param credentials this peer's; its peer id names this peer
     * @param storeId of this peer's data directory
     * @param genesis the group
     * @param random decides time-outs and request numbers
     * @param nowNanos the time of the caller's clock
     */
    public RaftCore(
            PeerCredentials credentials,
            StoreId storeId,
            GenesisId genesis,
            RaftConfig config,
            Recovered recovered,
            RandomGenerator random,
            Trace trace,
            long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes one input at {@code nowNanos} and tells what to do.
     *
     * @param nowNanos not before that of any earlier step
     */
    public List<Effect> step(Input input, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** When {@link Input.TimerFired} is due next; {@link Long#MAX_VALUE} for never. May change with each step. */
    public long nextTimerNanos() {
        throw new UnsupportedOperationException();
    }

    /** A look inside. */
    public CoreStatus status(long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /**
     * Entries from {@code fromIndex} to {@code toIndex}, as far as they are still in memory: a prefix may be missing, in
     * which case the list is empty and the driver reads its log.
     */
    public List<Entry> cachedEntries(long fromIndex, long toIndex) {
        throw new UnsupportedOperationException();
    }
}
