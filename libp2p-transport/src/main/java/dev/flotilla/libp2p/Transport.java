package dev.flotilla.libp2p;

import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;

/**
 * A way to reach peers and to be reached (libp2p spec, addressing): TCP, QUIC, WebSocket, a relay. It makes raw
 * connections and has the host's {@link Upgrader} make {@link Connection}s of them. Thread-safe.
 */
public interface Transport {
    /** Its name in {@link ConnectionState} and in messages to people, such as {@code tcp}. */
    String name();

    /** Whether {@code address} has the shape of this transport's addresses; names are looked up before. */
    boolean canDial(Multiaddr address);

    /**
     * Connects to {@code peer} at {@code address}; the connection lives on {@code loop} where the transport can choose.
     * Fails with an {@link java.io.IOException} that says what went wrong. Cancelling the future ends the attempt; on
     * {@code loop} it does so for certain. Called on {@code loop}.
     */
    CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop);

    /** The same as {@code options} say, as far as they make a difference to this transport. */
    default CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop, DialOptions options) {
        return dial(address, peer, loop);
    }

    /** Whether {@code address} has the shape of an address that this transport can listen on. */
    boolean canListen(Multiaddr address);

    /** Listens there; fails with an {@link java.io.IOException} that says why it cannot. */
    CompletableFuture<Listener> listen(Multiaddr address);

    /**
     * Whether the connections of a private network can be carried: those that are upgraded are ciphered then, but what
     * secures itself leaves no room for that (libp2p spec, pnet).
     */
    default boolean canCarryPrivateNetwork() {
        return true;
    }

    /** Ends what is under way; the host closes listeners and connections itself. */
    default void close() {}
}
