package dev.flotilla.libp2p.muxer;

import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a {@link MuxedConnection}. The peer's end of output is a {@code ChannelInputShutdownEvent} in its
 * channel's pipeline. Thread-safe.
 */
public interface MuxedStream {
    /** The stream as Netty sees it. */
    DuplexChannel channel();

    /** Its number on the connection, for messages to people. */
    String label();

    /** Sends what was written, then our end of output. ({@code shutdownOutput} of a QUIC channel would overtake it.) */
    void finish();

    /** Ends both directions at once and drops what was not sent; the peer's side ends too, and may be told why. */
    void reset(ErrorCode why);

    /** {@link #reset(ErrorCode)} without a reason. */
    default void reset() {
        reset(ErrorCode.NO_ERROR);
    }

    /** Ends this side's output once what was written is sent, then closes: what the peer still sends is dropped. */
    void closeAfterOutput();

    /** Why the stream ended before its time; null while it is open and after an orderly end. */
    @Nullable
    Throwable closeCause();
}
