package dev.flotilla.libp2p;

import dev.flotilla.libp2p.yamux.YamuxStreamChannel;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A stream between two peers on which a protocol was agreed. Either read and written through the futures here, from any
 * thread, or, once {@link #handOver} was called, by Netty handlers in its channel's pipeline.
 */
public final class Stream implements AutoCloseable {
    private final Connection connection;
    private final ProtocolId protocolId;
    private final Direction direction;
    private final YamuxStreamChannel channel;
    private final StreamReader reader;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    Stream(Connection connection, ProtocolId protocolId, Direction direction, YamuxStreamChannel channel) {
        this.connection = connection;
        this.protocolId = protocolId;
        this.direction = direction;
        this.channel = channel;
        this.reader = new StreamReader(channel);
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

    public Connection connection() {
        return connection;
    }

    public ProtocolId protocolId() {
        return protocolId;
    }

    /** Who opened the stream. */
    public Direction direction() {
        return direction;
    }

    /** The other side, as the handshake authenticated it. */
    public PeerId remotePeerId() {
        return connection.remotePeerId();
    }

    /** The stream as Netty sees it. */
    public YamuxStreamChannel channel() {
        return channel;
    }

    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Completes, never exceptionally, when both directions have ended. */
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /**
     * Sends {@code bytes} and releases them. The future completes when the last of them went to the connection: a writer
     * that waits for it never grows a queue. Fails with an {@link IOException} once the stream is dead.
     */
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

    /** As {@link #write(ByteBuf)}; the array must not change until the future is complete. */
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

    private Throwable deathCause(@Nullable Throwable otherwise) {
        Throwable reset = channel.closeCause();
        return reset != null ? reset : otherwise != null ? otherwise : StreamReader.closed();
    }

    /**
     * The next bytes, for the caller to release; null after the other side's {@link #finish}. One read may be
     * outstanding; no more than a window is taken from the network ahead of it. Fails with an
     * {@link IOException} once the stream is dead.
     *
     * @throws IllegalStateException (in the future) if a read is outstanding or handlers have taken over
     */
    public CompletableFuture<@Nullable ByteBuf> read() {
        return reader.read();
    }

    /**
     * All bytes up to the other side's {@link #finish}. Fails with an {@link IOException}, and resets the stream, if they
     * are more than {@code bytesMax}.
     */
    public CompletableFuture<byte[]> readToEnd(int bytesMax) {
        return readToEnd(new ByteArrayOutputStream(), bytesMax);
    }

    private CompletableFuture<byte[]> readToEnd(ByteArrayOutputStream all, int bytesMax) {
        return read().thenCompose(bytes -> {
            if (bytes == null) {
                return CompletableFuture.completedFuture(all.toByteArray());
            }
            try {
                if (all.size() + bytes.readableBytes() > bytesMax) {
                    reset();
                    return CompletableFuture.failedFuture(
                            new IOException("more than " + bytesMax + " bytes came on " + this));
                }
                all.writeBytes(ByteBufUtil.getBytes(bytes));
            } finally {
                bytes.release();
            }
            return readToEnd(all, bytesMax);
        });
    }

    /** No more will be written; what was written is still delivered. The other direction stays open. */
    public void finish() {
        channel.shutdownOutput();
    }

    /** Ends both directions at once; both sides' reads and writes fail. */
    public void reset() {
        channel.reset();
    }

    /** {@link #finish}, and what the other side still sends is dropped. What was written is still delivered. */
    @Override
    public void close() {
        channel.closeAfterOutput();
    }

    /**
     * Gives the reading to {@code handlers}, in this order at the end of the pipeline; they see all bytes that no
     * {@link #read} has returned, and later {@code ChannelInputShutdownEvent}. Event loop only. Auto-read is on
     * afterwards unless {@code autoRead} is false.
     */
    public void handOver(boolean autoRead, ChannelHandler... handlers) {
        channel.pipeline().addLast(handlers);
        channel.pipeline().remove(reader);
        if (autoRead) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public String toString() {
        return protocolId + "#" + Integer.toUnsignedString(channel.streamId()) + " with "
                + remotePeerId().shortText();
    }
}
