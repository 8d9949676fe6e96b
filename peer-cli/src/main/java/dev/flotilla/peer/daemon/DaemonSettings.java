package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.transport.TransportConfig;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.storage.LogKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon is told.
 *
 * @param raft the same for all communities
 * @param log what the log is kept in; null: as the directory has it, H2 in a new one
 */
public record DaemonSettings(PeerDirectory directory, NetworkSettings network, RaftConfig raft, @Nullable LogKind log) {
    /** The largest change that is taken, unless told otherwise. */
    public static final int ENTRY_BYTES_MAX = 1 << 20;

    /** How many entries stay in the log behind a snapshot, unless told otherwise. */
    public static final long LOG_TAIL = 1_000;

    private static final int ENTRY_BYTES_MIN = 1 << 10;
    private static final int ENTRY_BYTES_LIMIT =
            TransportConfig.defaults().frameBytesMax() / 2; // it travels in a frame

    /** Listens on loopback, knows nobody. */
    public static DaemonSettings of(PeerDirectory directory) {
        return new DaemonSettings(
                directory, NetworkSettings.defaults(), RaftConfig.defaults().withEntryBytesMax(ENTRY_BYTES_MAX), null);
    }

    public DaemonSettings withNetwork(NetworkSettings settings) {
        return new DaemonSettings(directory, settings, raft, log);
    }

    /** Refuses to start on a directory with another kind of log. */
    public DaemonSettings withLog(@Nullable LogKind kind) {
        return new DaemonSettings(directory, network, raft, kind);
    }

    /**
     * Other bounds for all communities.
     *
     * @throws IllegalArgumentException if they make no sense; the message says why
     */
    public DaemonSettings withLimits(Duration electionTimeout, int entryBytesMax, long logTail) {
        if (entryBytesMax < ENTRY_BYTES_MIN || entryBytesMax > ENTRY_BYTES_LIMIT) {
            throw new IllegalArgumentException("the largest change may have " + ENTRY_BYTES_MIN + " to "
                    + ENTRY_BYTES_LIMIT + " bytes, not " + entryBytesMax);
        }
        RaftConfig limited = raft.withElectionTimeout(electionTimeout)
                .withEntryBytesMax(entryBytesMax)
                .withLogKept(raft.cacheBytesMax(), logTail);
        return new DaemonSettings(directory, network, limited, log);
    }
}
