package dev.flotilla.libp2p;

import dev.flotilla.libp2p.yamux.YamuxHandler;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A secured, multiplexed connection to a peer whose identity was proven. Thread-safe. */
public final class Connection {
    private final Channel channel;
    private final YamuxHandler muxer;
    private final StreamNegotiator negotiator;
    private final PeerId remotePeerId;
    private final Direction direction;
    private final Multiaddr localAddress;
    private final Multiaddr remoteAddress;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile boolean closedLocally;
    private volatile boolean retiring;
    private volatile @Nullable PeerInfo peerInfo;

    Connection(
            Channel channel,
            YamuxHandler muxer,
            StreamNegotiator negotiator,
            PeerId remotePeerId,
            Direction direction) {
        this.channel = channel;
        this.muxer = muxer;
        this.negotiator = negotiator;
        this.remotePeerId = remotePeerId;
        this.direction = direction;
        this.localAddress = TcpAddress.multiaddrOf(channel.localAddress());
        this.remoteAddress = TcpAddress.multiaddrOf(channel.remoteAddress());
    }

    /** The other side, as the handshake proved it. */
    public PeerId remotePeerId() {
        return remotePeerId;
    }

    /** Who dialled. */
    public Direction direction() {
        return direction;
    }

    /** This side's end of the TCP connection, without a peer id. */
    public Multiaddr localAddress() {
        return localAddress;
    }

    /** The other side's end of the TCP connection, without a peer id. */
    public Multiaddr remoteAddress() {
        return remoteAddress;
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    /** What the peer has said about itself; empty until identify has run. */
    public Optional<PeerInfo> peerInfo() {
        return Optional.ofNullable(peerInfo);
    }

    void setPeerInfo(PeerInfo info) {
        peerInfo = info;
    }

    /**
     * Opens a stream and agrees on {@code protocol}. Fails with an {@link java.io.IOException}: the connection is gone,
     * the peer does not speak the protocol, or it did not answer in time.
     */
    public CompletableFuture<Stream> newStream(ProtocolId protocol) {
        return negotiator.open(this, muxer, protocol);
    }

    /** Says goodbye and closes; unfinished streams are reset. The future completes when the socket is closed. */
    public CompletableFuture<Void> close() {
        closedLocally = true;
        channel.close();
        return closed();
    }

    /** Completes, never exceptionally, when the connection is gone. */
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    Channel channel() {
        return channel;
    }

    /** Another connection has taken its place; its end is then nobody's fault. Event loop only. */
    void retire() {
        retiring = true;
    }

    /** The other connection is gone again. Event loop only. */
    void keep() {
        retiring = false;
    }

    boolean isRetiring() {
        return retiring;
    }

    /** This side ends the connection, whatever the reason. */
    void markClosedLocally() {
        closedLocally = true;
    }

    boolean isClosedByPeer() {
        return !closedLocally && !retiring;
    }

    void onClosed() {
        closed.complete(null);
    }

    /** Streams that have not ended; event loop only. */
    int streamCount() {
        return muxer.streamCount();
    }

    @Override
    public String toString() {
        return direction.name().toLowerCase(Locale.ROOT) + " connection with " + remotePeerId.shortText() + " at "
                + remoteAddress;
    }
}
