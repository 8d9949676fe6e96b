package dev.flotilla.raft.driver;

import dev.flotilla.raft.storage.SnapshotChunk;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
 * @param snapshotInterval or so long after the last one, if anything was applied since; null for never
 * @param snapshotTransfersMax snapshots that are sent, and as many that are fetched, at the same time; who asks for one
 *     more is refused as busy and asks the next member
 * @param snapshotBytesPerSecond of all snapshots that are sent together, and as many of those that are fetched;
 *     {@link Long#MAX_VALUE} for no bound
 * @param nodeTimeout another node that was not heard of for so long is lost for the quiet groups that rely on it; five
 *     heartbeats go out in that time
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
        @Nullable Duration snapshotInterval,
        int snapshotTransfersMax,
        long snapshotBytesPerSecond,
        Duration snapshotIdleTimeout,
        Duration nodeTimeout) {

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
        if (snapshotInterval != null) {
            requirePositive("snapshotInterval", snapshotInterval.toNanos());
        }
        requirePositive("snapshotTransfersMax", snapshotTransfersMax);
        requirePositive("snapshotBytesPerSecond", snapshotBytesPerSecond);
        requirePositive("snapshotIdleTimeout", snapshotIdleTimeout.toNanos());
        requirePositive("nodeTimeout", nodeTimeout.toNanos());
        double slowest = 2.0 * SnapshotChunk.RAW_BYTES * snapshotTransfersMax / snapshotIdleTimeout.toMillis() * 1000;
        if (snapshotBytesPerSecond < slowest) {
            throw new IllegalArgumentException("with snapshotBytesPerSecond " + snapshotBytesPerSecond + ", "
                    + snapshotTransfersMax + " transfers would stand still for longer than snapshotIdleTimeout "
                    + snapshotIdleTimeout + ": it must be at least " + (long) Math.ceil(slowest));
        }
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    /** As many loops as processors; requests end after 10 s; a snapshot each 10,000 entries or 8 MiB. */
    public static NodeSettings defaults() {
        return new Draft().finished();
    }

    /** The same with other bounds on requests. */
    public NodeSettings withRequests(int pendingMax, Duration timeout) {
        return with(draft -> {
            draft.pendingRequestsMax = pendingMax;
            draft.requestTimeout = timeout;
        });
    }

    /** The same with another delay before the next member is asked to let this peer in. */
    public NodeSettings withJoinRetryDelay(Duration delay) {
        return with(draft -> draft.joinRetryDelay = delay);
    }

    /** The same with another bound on what waits for an event loop. */
    public NodeSettings withInboxBytesMax(long bytes) {
        return with(draft -> draft.inboxBytesMax = bytes);
    }

    /** The same with another policy of when to take a snapshot. */
    public NodeSettings withSnapshots(long entries, long logBytes) {
        return with(draft -> {
            draft.snapshotEntries = entries;
            draft.snapshotLogBytes = logBytes;
        });
    }

    /** The same with another time after which a node that is silent is lost for quiet groups. */
    public NodeSettings withNodeTimeout(Duration timeout) {
        return with(draft -> draft.nodeTimeout = timeout);
    }

    /** The same, with a snapshot so long after the last one too, if anything was applied since; null for never. */
    public NodeSettings withSnapshotInterval(@Nullable Duration interval) {
        return with(draft -> draft.snapshotInterval = interval);
    }

    /** The same with other bounds on snapshots on their way, each way. */
    public NodeSettings withSnapshotTransfers(int atOnceMax, long bytesPerSecond, Duration idleTimeout) {
        return with(draft -> {
            draft.snapshotTransfersMax = atOnceMax;
            draft.snapshotBytesPerSecond = bytesPerSecond;
            draft.snapshotIdleTimeout = idleTimeout;
        });
    }

    private NodeSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** The settings while they are being changed: a setting is named here once, with its default, and copied once. */
    private static final class Draft {
        private int eventLoops = processors();
        private int applyThreads = Math.max(2, processors());
        private long inboxBytesMax = 32 << 20;
        private int pendingRequestsMax = 10_000;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration retryDelay = Duration.ofMillis(20);
        private Duration joinRetryDelay = Duration.ofSeconds(1);
        private int applyBatchBytesMax = 1 << 20;
        private long applyQueueBytesMax = 16 << 20;
        private long snapshotEntries = 10_000;
        private long snapshotLogBytes = 8 << 20;
        private @Nullable Duration snapshotInterval;
        private int snapshotTransfersMax = 2;
        private long snapshotBytesPerSecond = 64 << 20;
        private Duration snapshotIdleTimeout = Duration.ofSeconds(30);
        private Duration nodeTimeout = Duration.ofSeconds(2);

        Draft() {}

        Draft(NodeSettings from) {
            eventLoops = from.eventLoops;
            applyThreads = from.applyThreads;
            inboxBytesMax = from.inboxBytesMax;
            pendingRequestsMax = from.pendingRequestsMax;
            requestTimeout = from.requestTimeout;
            retryDelay = from.retryDelay;
            joinRetryDelay = from.joinRetryDelay;
            applyBatchBytesMax = from.applyBatchBytesMax;
            applyQueueBytesMax = from.applyQueueBytesMax;
            snapshotEntries = from.snapshotEntries;
            snapshotLogBytes = from.snapshotLogBytes;
            snapshotInterval = from.snapshotInterval;
            snapshotTransfersMax = from.snapshotTransfersMax;
            snapshotBytesPerSecond = from.snapshotBytesPerSecond;
            snapshotIdleTimeout = from.snapshotIdleTimeout;
            nodeTimeout = from.nodeTimeout;
        }

        private static int processors() {
            return Runtime.getRuntime().availableProcessors();
        }

        NodeSettings finished() {
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
                    snapshotEntries,
                    snapshotLogBytes,
                    snapshotInterval,
                    snapshotTransfersMax,
                    snapshotBytesPerSecond,
                    snapshotIdleTimeout,
                    nodeTimeout);
        }
    }
}
