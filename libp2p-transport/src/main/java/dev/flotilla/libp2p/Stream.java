package dev.flotilla.libp2p;

import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A stream between two peers on which a protocol was agreed. Either read and written through the futures here, from any
 * thread, or, once {@link #handOver} was called, by Netty handlers in its channel's pipeline.
 */
public interface Stream extends AutoCloseable {
    Connection connection();

    ProtocolId protocolId();

    /** Who opened the stream. */
    Direction direction();

    /** The other side, as the handshake authenticated it. */
    default PeerId remotePeerId() {
        return connection().remotePeerId();
    }

    /**
     * The stream as Netty sees it. The other side's end of output is a {@code ChannelInputShutdownEvent}; its own {@code
     * close} and {@code shutdownOutput} may cut what is not sent yet: end the stream by {@link #finish}, {@link #close}
     * and {@link #reset}.
     */
    DuplexChannel channel();

    boolean isOpen();

    /** Completes, never exceptionally, when both directions have ended. */
    CompletableFuture<Void> closed();

    /**
     * Sends {@code bytes} and releases them. The future completes when the last of them went to the connection: a writer
     * that waits for it never grows a queue. Fails with an {@link IOException} once the stream is dead.
     */
    CompletableFuture<Void> write(ByteBuf bytes);

    /** As {@link #write(ByteBuf)}; the array must not change until the future is complete. */
    CompletableFuture<Void> write(byte[] bytes);

    /**
     * The next bytes, for the caller to release; null after the other side's {@link #finish}, when all before it was
     * read. One read may be outstanding; no more than a window is taken from the network ahead of it. What comes after
     * the future was cancelled or timed out is for the next read. Fails with an {@link IOException} once the stream is
     * dead.
     *
     * @throws IllegalStateException (in the future) if a read is outstanding or handlers have taken over
     */
    CompletableFuture<@Nullable ByteBuf> read();

    /**
     * All bytes up to the other side's {@link #finish}. Fails with an {@link IOException}, and resets the stream, if they
     * are more than {@code bytesMax}. Bytes that come after the future was cancelled or timed out reset it, too.
     */
    CompletableFuture<byte[]> readToEnd(int bytesMax);

    /**
     * Puts back, and takes over, bytes that a {@link #read} returned: the next read, or the handlers that take over, see
     * them first.
     */
    void unread(ByteBuf bytes);

    /** No more will be written; what was written is still delivered. The other direction stays open. */
    void finish();

    /** Ends both directions at once; both sides' reads and writes fail. The other side may be told why. */
    void reset(ErrorCode why);

    /** {@link #reset(ErrorCode)} without a reason. */
    default void reset() {
        reset(ErrorCode.NO_ERROR);
    }

    /** {@link #finish}, and what the other side still sends is dropped. What was written is still delivered. */
    @Override
    void close();

    /**
     * Gives the reading to {@code handlers}, in this order at the end of the pipeline; they see all bytes that no
     * {@link #read} has returned, and later {@code ChannelInputShutdownEvent}; a stream that has ended tells them so at
     * once. A read that is outstanding fails with an {@link IllegalStateException}. Event loop only. Auto-read is on
     * afterwards unless {@code autoRead} is false.
     */
    void handOver(boolean autoRead, ChannelHandler... handlers);
}
