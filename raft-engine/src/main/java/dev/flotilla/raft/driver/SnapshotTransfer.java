package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.SnapshotRequest;
import dev.flotilla.raft.message.SnapshotRequestCodec;
import dev.flotilla.raft.storage.Compression;
import dev.flotilla.raft.storage.SnapshotChunk;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one snapshot, on one thread, from whoever gives it: asks the sources in turn for what is still missing. A
 * source that breaks off is followed by the next, from the first chunk that is not here yet on; a round over all of them
 * that brought nothing is the end, unless somebody was only busy.
 */
final class SnapshotTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTransfer.class);
    private static final long BUSY_DELAY_MILLIS = 200;

    private final NodeContext node;
    private final GenesisId genesis;
    private final SnapshotMeta snapshot;
    private final List<PeerId> sources;
    private final Object lock = new Object();
    private @Nullable TransferStream open; // guarded by lock
    private boolean stopped; // guarded by lock

    SnapshotTransfer(NodeContext node, GenesisId genesis, SnapshotMeta snapshot, List<PeerId> sources) {
        this.node = node;
        this.genesis = genesis;
        this.snapshot = snapshot;
        this.sources = sources;
    }

    /** Says whether all of it is here, verified and durable. */
    boolean run() {
        if (isStopped()) {
            return false;
        }
        try (SnapshotStore.Receiver file = node.snapshots().receive(genesis, snapshot)) {
            if (file.offset() > 0) {
                LOG.debug("a snapshot goes on group={} index={} from={}", genesis, snapshot.index(), file.offset());
            }
            if (!fetchAll(file)) {
                return false;
            }
            file.finish();
            return true;
        } catch (Throwable e) { // an error too, as of a library that is missing: the core waits for an answer
            LOG.warn("a snapshot was not received group={} index={}: {}", genesis, snapshot.index(), e.toString());
            LOG.debug("the cause", e);
            return false;
        }
    }

    private boolean fetchAll(SnapshotStore.Receiver file) throws IOException {
        long patienceNanos = node.settings().snapshotIdleTimeout().toNanos();
        long movedNanos = node.nowNanos();
        while (file.offset() < snapshot.sizeBytes()) {
            long before = file.offset();
            boolean someBusy = false;
            for (PeerId source : sources) {
                someBusy |= fetchFrom(source, file) == SnapshotAnswer.BUSY;
                if (isStopped()) {
                    return false;
                }
            }
            long now = node.nowNanos();
            if (file.offset() > before) {
                movedNanos = now;
            } else if (!someBusy || now - movedNanos > patienceNanos) {
                return false;
            } else {
                pause();
            }
        }
        return true;
    }

    /** What the source said; null if it could not be asked. */
    private @Nullable SnapshotAnswer fetchFrom(PeerId source, SnapshotStore.Receiver file) {
        boolean isLast = source.equals(sources.get(sources.size() - 1)); // the leader: it spoke a moment ago
        if (file.offset() == snapshot.sizeBytes() || !(isLast || node.links().isConnected(source))) {
            return null;
        }
        try (TransferStream stream = openStream(source)) {
            stream.write(request(file.offset()));
            SnapshotAnswer answer = SnapshotAnswer.decode(stream.read(SnapshotAnswer.SIZE_BYTES));
            if (answer == SnapshotAnswer.HERE) {
                LOG.debug("a snapshot comes from={} group={} index={}", source, genesis, snapshot.index());
                takeChunks(stream, file);
            }
            stream.readEnd();
            stream.write(SnapshotServer.TAKEN);
            return answer;
        } catch (IOException e) {
            LOG.debug("a snapshot stopped at={} from={} group={}", file.offset(), source, genesis, e);
            return null;
        } finally {
            synchronized (lock) {
                open = null;
            }
        }
    }

    private TransferStream openStream(PeerId source) throws IOException {
        TransferStream stream = TransferStream.open(
                node.transport().openStream(source, Lane.SNAPSHOT),
                node.settings().snapshotIdleTimeout());
        synchronized (lock) {
            open = stream;
            if (stopped) {
                stream.reset();
            }
        }
        return stream;
    }

    Bytes request(long offset) {
        Bytes request = SnapshotRequestCodec.encode(
                new SnapshotRequest(genesis, node.storeId(), snapshot, offset, !Compression.ZSTD.isAvailable()));
        byte[] framed = new byte[SnapshotServer.LENGTH_BYTES + request.size()];
        ByteBuffer.wrap(framed).putInt(request.size());
        request.copyTo(framed, SnapshotServer.LENGTH_BYTES);
        return Bytes.wrap(framed);
    }

    private void takeChunks(TransferStream stream, SnapshotStore.Receiver file) throws IOException {
        while (file.offset() < snapshot.sizeBytes()) {
            SnapshotChunk chunk = stream.readChunk();
            node.limits().fetching.pass(chunk.encodedBytes());
            append(file, chunk);
        }
    }

    private void append(SnapshotStore.Receiver file, SnapshotChunk chunk) throws IOException {
        try {
            file.append(chunk);
        } catch (IOException e) {
            LOG.warn("cannot keep a snapshot group={} index={}: {}", genesis, snapshot.index(), e.getMessage());
            throw e;
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(BUSY_DELAY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the node is closing", e);
        }
    }

    private boolean isStopped() {
        synchronized (lock) {
            return stopped;
        }
    }

    /** Ends it soon. Any thread. */
    void stop() {
        synchronized (lock) {
            stopped = true;
            if (open != null) {
                open.reset();
            }
        }
    }
}
