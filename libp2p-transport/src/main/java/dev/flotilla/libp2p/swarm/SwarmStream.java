package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A stream of a {@link SwarmConnection}. */
final class SwarmStream implements Stream {
    private final SwarmConnection connection;
    private final ProtocolId protocolId;
    private final Direction direction;
    private final MuxedStream muxed;
    private final DuplexChannel channel;
    private final StreamReader reader;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    SwarmStream(SwarmConnection connection, ProtocolId protocolId, Direction direction, MuxedStream muxed) {
        this.connection = connection;
        this.protocolId = protocolId;
        this.direction = direction;
        this.muxed = muxed;
        this.channel = muxed.channel();
        this.reader = new StreamReader(muxed);
        channel.closeFuture().addListener(done -> closed.complete(null));
    }

    /**
     * Puts the reader at the end of the pipeline, so that nothing more is read until it is asked for, and hands the
     * stream to who waits for it. Event loop only.
     */
    void install(CompletableFuture<Stream> waiting) {
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(reader);
        if (!waiting.complete(this)) {
            reset();
        }
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public ProtocolId protocolId() {
        return protocolId;
    }

    @Override
    public Direction direction() {
        return direction;
    }

    @Override
    public DuplexChannel channel() {
        return channel;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    @Override
    public CompletableFuture<Void> write(ByteBuf bytes) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        if (!channel.isOpen()) {
            bytes.release();
            written.completeExceptionally(deathCause(null));
            return written;
        }
        channel.writeAndFlush(bytes).addListener((ChannelFutureListener) done -> complete(written, done));
        return written;
    }

    @Override
    public CompletableFuture<Void> write(byte[] bytes) {
        return write(Unpooled.wrappedBuffer(bytes));
    }

    private void complete(CompletableFuture<Void> written, ChannelFuture done) {
        if (done.isSuccess()) {
            written.complete(null);
        } else {
            written.completeExceptionally(deathCause(done.cause()));
        }
    }

    private IOException deathCause(@Nullable Throwable otherwise) {
        Throwable cause = muxed.closeCause() != null ? muxed.closeCause() : otherwise;
        return cause == null
                ? StreamReader.closed()
                : cause instanceof IOException io
                        ? io
                        : new IOException("the stream failed: " + cause.getMessage(), cause);
    }

    @Override
    public CompletableFuture<@Nullable ByteBuf> read() {
        return reader.read();
    }

    @Override
    public void unread(ByteBuf bytes) {
        reader.unread(bytes);
    }

    @Override
    public CompletableFuture<byte[]> readToEnd(int bytesMax) {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        readToEnd(result, new ByteArrayOutputStream(), bytesMax);
        return result;
    }

    /** The caller may complete {@code result} early, so that nothing that is to be released hangs on it. */
    private void readToEnd(CompletableFuture<byte[]> result, ByteArrayOutputStream all, int bytesMax) {
        read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (bytes == null) {
                result.complete(all.toByteArray());
            } else if (take(result, all, bytes, bytesMax)) {
                readToEnd(result, all, bytesMax);
            }
        });
    }

    /** Whether to go on. */
    private boolean take(CompletableFuture<byte[]> result, ByteArrayOutputStream all, ByteBuf bytes, int bytesMax) {
        try {
            if (all.size() + bytes.readableBytes() > bytesMax) {
                result.completeExceptionally(new IOException("more than " + bytesMax + " bytes came on " + this));
            }
            if (result.isDone()) {
                reset();
                return false;
            }
            all.writeBytes(ByteBufUtil.getBytes(bytes));
            return true;
        } finally {
            bytes.release();
        }
    }

    @Override
    public void finish() {
        muxed.finish();
    }

    @Override
    public void reset(ErrorCode why) {
        muxed.reset(why);
    }

    @Override
    public void close() {
        muxed.closeAfterOutput();
    }

    @Override
    public void handOver(boolean autoRead, ChannelHandler... handlers) {
        reader.handOver(handlers);
        if (autoRead) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public String toString() {
        return protocolId + "#" + muxed.label() + " with " + remotePeerId().shortText();
    }
}
