package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.storage.SnapshotChunk;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a snapshot over a byte stream: the offer as a frame behind four bytes of length; the receiver answers with eight
 * bytes, the offset that it already has; then the chunks from there on; the receiver answers with {@link #TAKEN}. A
 * receiver that does not want it resets the stream.
 */
final class SnapshotSender {
    static final int LENGTH_BYTES = 4;
    static final int OFFSET_BYTES = 8;
    static final Bytes TAKEN = Bytes.wrap(new byte[] {1});

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);

    private final NodeContext node;
    private final GenesisId genesis;

    SnapshotSender(NodeContext node, GenesisId genesis) {
        this.node = node;
        this.genesis = genesis;
    }

    /** Sends in the background, then says whether the receiver has it all. */
    void send(PeerId to, RaftMessage.InstallSnapshot offer, Consumer<Boolean> done) {
        node.threads()
                .sending(
                        () -> {
                            boolean sent = false;
                            try {
                                sendNow(to, offer);
                                sent = true;
                            } catch (IOException | ExecutionException | TimeoutException e) {
                                LOG.debug(
                                        "snapshot not sent group={} to={} index={}",
                                        genesis,
                                        to,
                                        offer.snapshot().index(),
                                        e);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } finally {
                                done.accept(sent);
                            }
                        },
                        () -> done.accept(false));
    }

    private void sendNow(PeerId to, RaftMessage.InstallSnapshot offer)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        ByteStream stream = await(node.transport().openStream(to, Lane.SNAPSHOT));
        try {
            StreamReader reader = new StreamReader(stream);
            await(stream.write(framed(offer)));
            long offset = await(reader.readExactly(OFFSET_BYTES)).asByteBuffer().getLong();
            sendBytes(stream, offer.snapshot(), offset);
            stream.finish();
            await(reader.readExactly(TAKEN.size()));
        } catch (Throwable e) {
            stream.reset();
            throw e;
        }
        stream.close();
    }

    private Bytes framed(RaftMessage.InstallSnapshot offer) {
        Bytes frame = MessageCodec.encode(
                new Envelope(node.storeId(), node.incarnation(), List.of(new Envelope.Addressed(genesis, offer))));
        byte[] framed = new byte[LENGTH_BYTES + frame.size()];
        ByteBuffer.wrap(framed).putInt(frame.size());
        frame.copyTo(framed, LENGTH_BYTES);
        return Bytes.wrap(framed);
    }

    private void sendBytes(ByteStream stream, SnapshotMeta snapshot, long offset)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        try (SnapshotStore.Chunks chunks = node.snapshots().chunks(genesis, snapshot, offset)) {
            for (SnapshotChunk chunk = chunks.next(); chunk != null; chunk = chunks.next()) {
                await(stream.write(chunk.encode()));
            }
        }
    }

    private <T> T await(CompletionStage<T> stage) throws ExecutionException, TimeoutException, InterruptedException {
        long idleNanos = node.settings().snapshotIdleTimeout().toNanos();
        return stage.toCompletableFuture().get(idleNanos, TimeUnit.NANOSECONDS);
    }
}
