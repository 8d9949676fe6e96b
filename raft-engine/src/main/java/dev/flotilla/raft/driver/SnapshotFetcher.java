package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fetches one group's snapshots, one at a time: a newer one ends the one before. All but the transfers themselves belongs
 * to the group's loop.
 */
final class SnapshotFetcher {
    private final NodeContext node;
    private final GenesisId genesis;
    private @Nullable SerialExecutor transfers; // null before the first
    private @Nullable SnapshotTransfer current;

    SnapshotFetcher(NodeContext node, GenesisId genesis) {
        this.node = node;
        this.genesis = genesis;
    }

    /**
     * Fetches {@code snapshot} in the background.
     *
     * @param sources whom to ask, in that order, each as often as it goes on
     * @param loop runs tasks on the group's loop
     * @param done told there whether it is here, verified and durable; not told if a newer transfer has begun, which
     *     drops the file of an earlier one, finished or not
     */
    void fetch(SnapshotMeta snapshot, List<PeerId> sources, Executor loop, Consumer<Boolean> done) {
        if (current != null) {
            current.stop();
        }
        SnapshotTransfer transfer = new SnapshotTransfer(node, genesis, snapshot, sources);
        current = transfer;
        transfers = transfers == null ? new SerialExecutor(node.threads().fetching()) : transfers;
        transfers.execute(() -> {
            boolean fetched = transfer.run();
            loop.execute(() -> {
                if (transfer.equals(current)) {
                    current = null;
                    done.accept(fetched);
                }
            });
        });
    }

    /** Ends what is under way. The future completes when no file is open any more. */
    CompletableFuture<Void> stop() {
        if (current != null) {
            current.stop();
        }
        if (transfers == null) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> idle = new CompletableFuture<>();
        transfers.execute(() -> idle.complete(null));
        return idle;
    }
}
