package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Stream;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A byte stream on a stream whose lane is agreed on. */
final class Libp2pByteStream implements ByteStream {
    private final Stream stream;
    private Bytes unread; // what came along with the lane's name; guarded by this
    private volatile boolean ended; // all was read

    Libp2pByteStream(Stream stream, Bytes unread) {
        this.stream = stream;
        this.unread = unread;
    }

    @Override
    public PeerId remotePeerId() {
        return stream.remotePeerId();
    }

    @Override
    public CompletionStage<Void> write(Bytes piece) {
        return stream.write(Unpooled.wrappedBuffer(piece.asByteBuffer()));
    }

    @Override
    public CompletionStage<@Nullable Bytes> read() {
        Bytes first = takeUnread();
        if (!first.isEmpty()) {
            return CompletableFuture.completedFuture(first);
        }
        CompletableFuture<@Nullable Bytes> read = new CompletableFuture<>();
        stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                read.completeExceptionally(Failures.cause(failure));
            } else {
                read.complete(copy(bytes));
            }
        });
        return read;
    }

    private synchronized Bytes takeUnread() {
        Bytes taken = unread;
        unread = Bytes.EMPTY;
        return taken;
    }

    private @Nullable Bytes copy(@Nullable ByteBuf bytes) {
        if (bytes == null) {
            ended = true;
            return null;
        }
        try {
            return Bytes.wrap(ByteBufUtil.getBytes(bytes, bytes.readerIndex(), bytes.readableBytes(), true));
        } finally {
            bytes.release();
        }
    }

    @Override
    public void finish() {
        stream.finish();
    }

    @Override
    public void reset() {
        stream.reset();
    }

    @Override
    public void close() {
        if (ended) {
            stream.close();
        } else {
            stream.reset();
        }
    }
}
