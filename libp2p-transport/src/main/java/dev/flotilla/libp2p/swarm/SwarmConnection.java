package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionState;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamOptions;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedConnection;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A connection of a {@link SwarmHost}. */
final class SwarmConnection implements Connection {
    private static final AttributeKey<SwarmConnection> KEY = AttributeKey.valueOf(SwarmConnection.class, "connection");

    private final RawConnection raw;
    private final SecureSession session;
    private final ConnectionState state;
    private final MuxedConnection muxed;
    private final StreamNegotiator negotiator;
    private final long openedNanos = System.nanoTime();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile boolean closedLocally;
    private volatile boolean retiring;
    private volatile @Nullable PeerInfo peerInfo;

    SwarmConnection(
            RawConnection raw,
            SecureSession session,
            ConnectionState state,
            MuxedConnection muxed,
            StreamNegotiator negotiator) {
        this.raw = raw;
        this.session = session;
        this.state = state;
        this.muxed = muxed;
        this.negotiator = negotiator;
        raw.channel().attr(KEY).set(this);
    }

    /** The connection that {@code channel} carries; null if its handshake is not done. */
    static @Nullable SwarmConnection on(@Nullable Channel channel) {
        return channel == null ? null : channel.attr(KEY).get();
    }

    @Override
    public PeerId remotePeerId() {
        return session.remotePeerId();
    }

    @Override
    public PublicKey remotePublicKey() {
        return session.remotePublicKey();
    }

    @Override
    public Direction direction() {
        return raw.direction();
    }

    @Override
    public Multiaddr localAddress() {
        return raw.localAddress();
    }

    @Override
    public Multiaddr remoteAddress() {
        return raw.remoteAddress();
    }

    @Override
    public ConnectionState state() {
        return state;
    }

    @Override
    public boolean isLimited() {
        return raw.limited();
    }

    @Override
    public boolean isOpen() {
        return !closing && channel().isActive();
    }

    @Override
    public Optional<PeerInfo> peerInfo() {
        return Optional.ofNullable(peerInfo);
    }

    void setPeerInfo(PeerInfo info) {
        peerInfo = info;
    }

    @Override
    public CompletableFuture<Stream> newStream(ProtocolId protocol, StreamOptions options) {
        if (isLimited() && !options.limitedAllowed()) {
            return CompletableFuture.failedFuture(new IOException("no stream for " + protocol + " to " + remotePeerId()
                    + ": the relay limits the connection, and the protocol is not for such"));
        }
        return negotiator.open(this, protocol);
    }

    @Override
    public CompletableFuture<Void> close() {
        closing = true;
        closedLocally = true;
        channel().close();
        return closed();
    }

    /** The same, and the peer is told why. */
    CompletableFuture<Void> close(ErrorCode why) {
        why.explain(channel());
        return close();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /** What carries the connection. */
    Channel channel() {
        return raw.channel();
    }

    /** When the handshake was done. */
    long openedNanos() {
        return openedNanos;
    }

    MuxedConnection muxed() {
        return muxed;
    }

    /** Another connection has taken its place; its end is nobody's fault while that is there. Event loop only. */
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

    /** The peer has ended the connection: no more is begun on it, though the channel may take a moment to close. */
    void onEndedByPeer() {
        closing = true;
    }

    /** Whether its end was the peer's doing, a process that ended included, and neither this side's nor the network's. */
    boolean isClosedByPeer() {
        return !closedLocally && !muxed.isGivenUp();
    }

    void onClosed() {
        closed.complete(null);
    }

    /** Streams that have not ended; event loop only. */
    int streamCount() {
        return muxed.streamCount();
    }

    @Override
    public String toString() {
        return direction().name().toLowerCase(Locale.ROOT) + " connection with "
                + remotePeerId().shortText() + " at " + remoteAddress();
    }
}
