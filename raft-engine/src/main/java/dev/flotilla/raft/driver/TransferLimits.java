package dev.flotilla.raft.driver;

import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * What all snapshots that a node sends or fetches share: how fast they may be, and how many are sent at once. How many
 * are fetched at once is the number of {@linkplain NodeThreads#fetching threads} for that.
 */
final class TransferLimits {
    /** For what is sent. */
    final Throttle sending;
    /** For what is fetched. */
    final Throttle fetching;

    private final Semaphore sendingSlots;

    TransferLimits(NodeSettings settings, LongSupplier clock) {
        sending = new Throttle(settings.snapshotBytesPerSecond(), clock);
        fetching = new Throttle(settings.snapshotBytesPerSecond(), clock);
        sendingSlots = new Semaphore(settings.snapshotTransfersMax());
    }

    /** Whether one more may be sent now; {@link #sent} follows if so. */
    boolean trySend() {
        return sendingSlots.tryAcquire();
    }

    void sent() {
        sendingSlots.release();
    }
}
