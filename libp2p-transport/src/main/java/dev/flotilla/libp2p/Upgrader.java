package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.muxer.MuxedConnection;
import dev.flotilla.libp2p.security.SecureSession;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.CompletableFuture;

/**
 * Makes connections of what transports make (libp2p spec, connections): within the host's limits and one time limit, it
 * agrees on a security protocol, secures, agrees on a multiplexer, and tells the host. What a transport needs of its
 * host besides is here, too.
 */
public interface Upgrader {
    PrivateKey identity();

    HostConfig config();

    EventLoopGroup eventLoops();

    /**
     * Secures and divides {@code raw}. Called on its event loop. An inbound one that is beyond a limit is closed at once.
     * Fails with an {@link java.io.IOException} that says why there is no connection; the channel is closed then.
     * Cancelling the future closes the channel.
     */
    CompletableFuture<Connection> upgrade(RawConnection raw);

    /**
     * As {@link #upgrade}, for a transport that secures and multiplexes by itself: only limits and time are seen to.
     *
     * @param secured completes on the event loop, before a stream of the peer's appears
     * @param muxed what it is divided into; its name is the transport's, in {@link ConnectionState}
     */
    CompletableFuture<Connection> adopt(
            RawConnection raw, CompletableFuture<SecureSession> secured, MuxedConnection muxed);

    /**
     * What the pipeline of each stream that a peer opens starts with; its channel's parent is a channel that was given to
     * this upgrader. Sharable.
     */
    ChannelHandler inboundStreams();
}
