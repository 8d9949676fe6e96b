package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.storage.SnapshotChunk;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives one group's snapshots, one at a time; what {@link SnapshotSender} sends. A newer offer that the core wants
 * ends the transfer before it. All but the transfer itself belongs to the group's loop.
 */
final class SnapshotReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotReceiver.class);

    private final NodeContext node;
    private final GenesisId genesis;
    private final SerialExecutor transfers;
    private final Map<PeerId, SnapshotOffer> offers =
            new HashMap<>(); // the core has not said yet whether it wants them
    private @Nullable SnapshotOffer current;

    SnapshotReceiver(NodeContext node, GenesisId genesis) {
        this.node = node;
        this.genesis = genesis;
        this.transfers = new SerialExecutor(node.threads().receiving());
    }

    /** Keeps the offer until the core has decided. */
    void offered(SnapshotOffer offer) {
        SnapshotOffer before = offers.put(offer.from(), offer);
        if (before != null) {
            before.refuse();
        }
    }

    /** The core does not want it. */
    void refuse(PeerId from) {
        SnapshotOffer offer = offers.remove(from);
        if (offer != null) {
            offer.refuse();
        }
    }

    /**
     * The core wants what {@code from} offered: takes it in the background.
     *
     * @param loop runs tasks on the group's loop
     * @param done told there whether it is here, verified and durable; not told if a newer transfer has begun, which
     *     drops the file of an earlier one, finished or not: what that one's sender were told it would take for the end
     *     of the newer
     */
    void receive(PeerId from, SnapshotMeta snapshot, Executor loop, Consumer<Boolean> done) {
        SnapshotOffer offer = offers.remove(from);
        if (offer == null || !offer.message().snapshot().equals(snapshot)) {
            if (offer != null) {
                offer.refuse();
            }
            loop.execute(() -> done.accept(false)); // its stream was replaced meanwhile
            return;
        }
        if (current != null) {
            current.refuse();
        }
        current = offer;
        transfers.execute(() -> {
            boolean received = transfer(offer);
            loop.execute(() -> {
                if (offer.equals(current)) {
                    done.accept(received);
                }
            });
        });
    }

    private boolean transfer(SnapshotOffer offer) {
        ByteStream stream = offer.reader().stream();
        boolean taken = false;
        try {
            take(offer);
            taken = true; // whether the sender hears of it or not
            await(stream.write(SnapshotSender.TAKEN));
            stream.finish();
            return true;
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            LOG.debug(
                    "snapshot transfer failed group={} from={} index={} received={}",
                    genesis,
                    offer.from(),
                    offer.message().snapshot().index(),
                    taken,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stream.reset();
        return taken;
    }

    private void take(SnapshotOffer offer)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        SnapshotMeta snapshot = offer.message().snapshot();
        try (SnapshotStore.Receiver file = node.snapshots().receive(genesis, snapshot)) {
            byte[] offset = new byte[SnapshotSender.OFFSET_BYTES];
            ByteBuffer.wrap(offset).putLong(file.offset());
            await(offer.reader().stream().write(Bytes.wrap(offset)));
            while (file.offset() < snapshot.sizeBytes()) {
                file.append(readChunk(offer.reader()));
            }
            file.finish();
        }
    }

    private SnapshotChunk readChunk(StreamReader reader)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        SnapshotChunk.Header header =
                SnapshotChunk.Header.decode(await(reader.readExactly(SnapshotChunk.HEADER_BYTES)));
        return SnapshotChunk.decode(header, await(reader.readExactly(header.storedBytes())));
    }

    private <T> T await(CompletionStage<T> stage) throws ExecutionException, TimeoutException, InterruptedException {
        long idleNanos = node.settings().snapshotIdleTimeout().toNanos();
        return stage.toCompletableFuture().get(idleNanos, TimeUnit.NANOSECONDS);
    }

    /** Ends what is under way. The future completes when no file is open any more. */
    CompletableFuture<Void> stop() {
        offers.values().forEach(SnapshotOffer::refuse);
        offers.clear();
        if (current != null) {
            current.refuse();
        }
        CompletableFuture<Void> idle = new CompletableFuture<>();
        transfers.execute(() -> idle.complete(null));
        return idle;
    }
}
