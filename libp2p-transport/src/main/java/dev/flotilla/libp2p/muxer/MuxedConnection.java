package dev.flotilla.libp2p.muxer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.concurrent.CompletableFuture;

/** A connection that is divided into streams. Thread-safe where it does not say otherwise. */
public interface MuxedConnection {
    /**
     * Opens a stream whose pipeline starts with {@code handler}, which is told of it by {@code channelActive}. The peer
     * may see it no earlier than its first byte. May wait while the peer has too many streams; the future fails with an
     * {@link java.io.IOException} that says why there is none. Cancelling the future gives up waiting.
     */
    CompletableFuture<? extends MuxedStream> openStream(ChannelHandler handler);

    /**
     * The stream whose channel is {@code channel}: one that this side or the peer opened on this connection. The same
     * object each time. On the stream's event loop.
     */
    MuxedStream streamOf(Channel channel);

    /** Streams of both sides that have not ended; on the connection's event loop. */
    int streamCount();

    /** Whether this side gave the connection up, since nothing came any more or it could carry no more streams. */
    boolean isGivenUp();
}
