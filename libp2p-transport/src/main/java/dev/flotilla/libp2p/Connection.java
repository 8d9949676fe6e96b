package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.transport.PeerId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A secured, multiplexed connection to a peer whose identity was proven. Thread-safe. */
public interface Connection {
    /** The other side, as the handshake proved it. */
    PeerId remotePeerId();

    /** The key that the other side proved to have. */
    PublicKey remotePublicKey();

    /** Who dialled. */
    Direction direction();

    /** This side's end, without a peer id. */
    Multiaddr localAddress();

    /** The other side's end, without a peer id. */
    Multiaddr remoteAddress();

    /** What was agreed on. */
    ConnectionState state();

    /**
     * Whether the connection goes through a relay that bounds its time and bytes: nothing but what finds a better way
     * should use it (libp2p spec, circuit relay v2).
     */
    boolean isLimited();

    /** Whether the connection goes through a relay, limited or not. */
    default boolean isRelayed() {
        return remoteAddress().has(MultiaddrProtocol.P2P_CIRCUIT);
    }

    boolean isOpen();

    /** What the peer has said about itself; empty until identify has run. */
    Optional<PeerInfo> peerInfo();

    /**
     * Opens a stream and agrees on {@code protocol}. Fails with an {@link java.io.IOException}: the connection is gone
     * or limited and {@code options} do not allow that, the peer does not speak the protocol, or it did not answer in
     * time.
     */
    CompletableFuture<Stream> newStream(ProtocolId protocol, StreamOptions options);

    /** {@link #newStream(ProtocolId, StreamOptions)} with the usual options. */
    default CompletableFuture<Stream> newStream(ProtocolId protocol) {
        return newStream(protocol, StreamOptions.defaults());
    }

    /** Says goodbye and closes; unfinished streams are reset. The future completes when the connection is closed. */
    CompletableFuture<Void> close();

    /** Completes, never exceptionally, when the connection is gone. */
    CompletableFuture<Void> closed();
}
