package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotRequest;
import dev.flotilla.raft.message.SnapshotRequestCodec;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.storage.SnapshotChunk;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives snapshots to members that ask for them, whether this peer leads or not: a request behind four bytes of length
 * comes in, a {@link SnapshotAnswer} goes out, and behind {@link SnapshotAnswer#HERE} the chunks.
 */
final class SnapshotServer {
    static final int LENGTH_BYTES = 4;

    /** The asking peer's last word: it has read all that it wants. */
    static final Bytes TAKEN = Bytes.wrap(new byte[] {1});

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotServer.class);
    private static final int UNREAD_REQUESTS_MAX = 64;
    private static final int REQUEST_BYTES_MAX = 1 << 20;

    private final NodeContext node;
    private final BiPredicate<PeerId, SnapshotRequest> isMember;
    private final AtomicInteger unread = new AtomicInteger(); // streams whose request is awaited
    private final AtomicLong served = new AtomicLong();
    private volatile boolean closed;

    /** @param isMember whether that peer, with that data directory, is one of the group's; on any thread */
    SnapshotServer(NodeContext node, BiPredicate<PeerId, SnapshotRequest> isMember) {
        this.node = node;
        this.isMember = isMember;
    }

    /** How many requests were answered with chunks. */
    long served() {
        return served.get();
    }

    /** Takes no more requests. */
    void close() {
        closed = true;
    }

    /** Somebody opened a stream. On a thread of the transport. */
    void onStream(ByteStream stream) {
        if (closed || unread.incrementAndGet() > UNREAD_REQUESTS_MAX) {
            if (!closed) {
                unread.decrementAndGet();
            }
            stream.reset();
            return;
        }
        StreamReader reader = new StreamReader(stream);
        var unused = reader.readExactly(LENGTH_BYTES)
                .thenCompose(length -> readRequest(reader, length.asByteBuffer().getInt()))
                .toCompletableFuture()
                .orTimeout(node.settings().snapshotIdleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((request, failure) -> {
                    unread.decrementAndGet();
                    if (failure == null) {
                        onRequest(reader, request);
                    } else {
                        stream.reset();
                    }
                });
    }

    private static CompletionStage<Bytes> readRequest(StreamReader reader, int size) {
        return size <= 0 || size > REQUEST_BYTES_MAX
                ? CompletableFuture.failedFuture(new MalformedMessageException("a request of " + size + " bytes"))
                : reader.readExactly(size);
    }

    private void onRequest(StreamReader reader, Bytes encoded) {
        SnapshotRequest request;
        try {
            request = SnapshotRequestCodec.decode(encoded);
        } catch (MalformedMessageException e) {
            LOG.debug(
                    "a request for a snapshot made no sense from={}",
                    reader.stream().remotePeerId(),
                    e);
            reader.stream().reset();
            return;
        }
        if (closed || !isMember.test(reader.stream().remotePeerId(), request)) {
            reader.stream().reset();
        } else if (node.limits().trySend()) {
            node.threads().sending(() -> serve(reader, request), () -> {
                node.limits().sent();
                reader.stream().reset();
            });
        } else {
            refuse(reader);
        }
    }

    /** At once: who waits here for a turn would take it for a stream that does not move. */
    private void refuse(StreamReader reader) {
        var unused = reader.stream()
                .write(SnapshotAnswer.BUSY.encode())
                .thenCompose(written -> {
                    reader.stream().finish();
                    return reader.readExactly(TAKEN.size());
                })
                .toCompletableFuture()
                .orTimeout(node.settings().snapshotIdleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((taken, failure) -> end(reader.stream(), failure == null));
    }

    private static void end(ByteStream stream, boolean isComplete) {
        if (isComplete) {
            stream.close();
        } else {
            stream.reset();
        }
    }

    private void serve(StreamReader reader, SnapshotRequest request) {
        TransferStream stream = new TransferStream(reader, node.settings().snapshotIdleTimeout());
        boolean taken = false;
        try {
            answer(stream, request);
            stream.finish();
            stream.read(TAKEN.size());
            taken = true;
        } catch (IOException | RuntimeException e) {
            LOG.debug(
                    "a snapshot was not sent group={} to={} index={}",
                    request.genesis(),
                    reader.stream().remotePeerId(),
                    request.snapshot().index(),
                    e);
        } finally {
            node.limits().sent();
            end(reader.stream(), taken);
        }
    }

    private void answer(TransferStream stream, SnapshotRequest request) throws IOException {
        SnapshotStore.Chunks opened;
        try {
            opened = node.snapshots().chunks(request.genesis(), request.snapshot(), request.offset());
        } catch (IOException e) {
            LOG.debug("a snapshot was asked for that is not here group={}", request.genesis(), e);
            stream.write(SnapshotAnswer.NOT_HERE.encode());
            return;
        }
        try (SnapshotStore.Chunks chunks = opened) {
            served.incrementAndGet();
            node.meters().count(Metric.SNAPSHOTS_SERVED);
            stream.write(SnapshotAnswer.HERE.encode());
            for (SnapshotChunk chunk = next(chunks); chunk != null; chunk = next(chunks)) {
                SnapshotChunk sent = request.uncompressed() ? chunk.uncompressed() : chunk;
                node.limits().sending.pass(sent.encodedBytes());
                stream.write(sent.encode());
            }
        }
    }

    private static @Nullable SnapshotChunk next(SnapshotStore.Chunks chunks) throws IOException {
        try {
            return chunks.next();
        } catch (IOException e) {
            LOG.warn("a snapshot that another member asked for cannot be read: {}", e.getMessage());
            throw e;
        }
    }
}
