package dev.flotilla.raft.driver;

import java.time.Duration;

/**
 * The bounds of one node, beside the protocol's own in {@link dev.flotilla.raft.core.RaftConfig}.
 *
 * @param eventLoops how many event loops share the groups
 * @param applyThreads how many threads share the state machines
 * @param inboxBytesMax of messages and requests that wait for one event loop
 * @param pendingRequestsMax requests of one group without an outcome; over it they are refused as overloaded
 * @param requestTimeout until a write ends as unknown, or a read as unavailable
 * @param retryDelay before a request is made again that met no leader
 * @param joinRetryDelay before the next member is asked to let this peer in
 * @param applyBatchBytesMax of entries that are given to a state machine at once
 * @param applyQueueBytesMax of entries kept in memory for a state machine that is behind; the rest is read back
 * @param snapshotEntries a snapshot is taken once so many entries were applied since the last one
 * @param snapshotLogBytes or so many bytes of them
 * @param snapshotChunkBytes of a snapshot sent at once
 * @param snapshotTransfersMax snapshots that are sent, and as many that are received, at the same time
 * @param snapshotIdleTimeout a transfer that does not move for so long is given up
 */
public record NodeSettings(
        int eventLoops,
        int applyThreads,
        long inboxBytesMax,
        int pendingRequestsMax,
        Duration requestTimeout,
        Duration retryDelay,
        Duration joinRetryDelay,
        int applyBatchBytesMax,
        long applyQueueBytesMax,
        long snapshotEntries,
        long snapshotLogBytes,
        int snapshotChunkBytes,
        int snapshotTransfersMax,
        Duration snapshotIdleTimeout) {

    public NodeSettings {
        requirePositive("eventLoops", eventLoops);
        requirePositive("applyThreads", applyThreads);
        requirePositive("inboxBytesMax", inboxBytesMax);
        requirePositive("pendingRequestsMax", pendingRequestsMax);
        requirePositive("requestTimeout", requestTimeout.toNanos());
        requirePositive("retryDelay", retryDelay.toNanos());
        requirePositive("joinRetryDelay", joinRetryDelay.toNanos());
        requirePositive("applyBatchBytesMax", applyBatchBytesMax);
        requirePositive("applyQueueBytesMax", applyQueueBytesMax);
        requirePositive("snapshotEntries", snapshotEntries);
        requirePositive("snapshotLogBytes", snapshotLogBytes);
        requirePositive("snapshotChunkBytes", snapshotChunkBytes);
        requirePositive("snapshotTransfersMax", snapshotTransfersMax);
        requirePositive("snapshotIdleTimeout", snapshotIdleTimeout.toNanos());
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    /** As many loops as processors; requests end after 10 s; a snapshot each 10,000 entries or 8 MiB. */
    public static NodeSettings defaults() {
        int processors = Runtime.getRuntime().availableProcessors();
        return new NodeSettings(
                processors,
                Math.max(2, processors),
                32 << 20,
                10_000,
                Duration.ofSeconds(10),
                Duration.ofMillis(20),
                Duration.ofSeconds(1),
                1 << 20,
                16 << 20,
                10_000,
                8 << 20,
                64 << 10,
                2,
                Duration.ofSeconds(30));
    }

    /** The same with other bounds on requests. */
    public NodeSettings withRequests(int pendingMax, Duration timeout) {
        return new NodeSettings(
                eventLoops,
                applyThreads,
                inboxBytesMax,
                pendingMax,
                timeout,
                retryDelay,
                joinRetryDelay,
                applyBatchBytesMax,
                applyQueueBytesMax,
                snapshotEntries,
                snapshotLogBytes,
                snapshotChunkBytes,
                snapshotTransfersMax,
                snapshotIdleTimeout);
    }

    /** The same with another delay before the next member is asked to let this peer in. */
    public NodeSettings withJoinRetryDelay(Duration delay) {
        return new NodeSettings(
                eventLoops,
                applyThreads,
                inboxBytesMax,
                pendingRequestsMax,
                requestTimeout,
                retryDelay,
                delay,
                applyBatchBytesMax,
                applyQueueBytesMax,
                snapshotEntries,
                snapshotLogBytes,
                snapshotChunkBytes,
                snapshotTransfersMax,
                snapshotIdleTimeout);
    }

    /** The same with another bound on what waits for an event loop. */
    public NodeSettings withInboxBytesMax(long bytes) {
        return new NodeSettings(
                eventLoops,
                applyThreads,
                bytes,
                pendingRequestsMax,
                requestTimeout,
                retryDelay,
                joinRetryDelay,
                applyBatchBytesMax,
                applyQueueBytesMax,
                snapshotEntries,
                snapshotLogBytes,
                snapshotChunkBytes,
                snapshotTransfersMax,
                snapshotIdleTimeout);
    }

    /** The same with another policy of when to take a snapshot. */
    public NodeSettings withSnapshots(long entries, long logBytes) {
        return new NodeSettings(
                eventLoops,
                applyThreads,
                inboxBytesMax,
                pendingRequestsMax,
                requestTimeout,
                retryDelay,
                joinRetryDelay,
                applyBatchBytesMax,
                applyQueueBytesMax,
                entries,
                logBytes,
                snapshotChunkBytes,
                snapshotTransfersMax,
                snapshotIdleTimeout);
    }
}
