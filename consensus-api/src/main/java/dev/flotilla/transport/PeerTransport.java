package dev.flotilla.transport;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Moves frames and byte streams between peers. Every callback comes on a thread of the transport and must not block. */
public interface PeerTransport extends AutoCloseable {
    PeerId localPeerId();

    /** The largest frame in bytes that {@link Outbound#trySend} takes. */
    int frameBytesMax();

    /**
     * The peers that a connection is wanted to, replacing what was said before. The transport dials them, again and
     * again with growing, jittered delays, until they are no longer named.
     */
    void keepConnected(Set<PeerId> peers);

    /** Who is told of connections that come and go; one listener. */
    void connectivity(ConnectivityListener listener);

    /**
     * Who receives the frames of a lane; one receiver a lane. A receiver that is behind drops; it never blocks.
     */
    void listen(Lane lane, Consumer<Frame> receiver);

    /** The way to {@code peer} on {@code lane}, connected or not. At most one is open for each pair. */
    Outbound connect(PeerId peer, Lane lane);

    /** A new byte stream to {@code peer}; fails with an {@link java.io.IOException} that says why it cannot be had. */
    CompletionStage<ByteStream> openStream(PeerId peer, Lane lane);

    /** Who takes the byte streams that others open; one handler a lane, without one they are refused. */
    void acceptStreams(Lane lane, Consumer<ByteStream> handler);

    @Override
    void close();

    /** Told of connections. Calls for one peer come in order. */
    interface ConnectivityListener {
        /** Frames can be sent to {@code peer}. */
        void connected(PeerId peer);

        /** The last connection to {@code peer} is gone; {@code closedByPeer} if the other side ended it. */
        void lost(PeerId peer, boolean closedByPeer);

        /**
         * A dial failed; {@code reason} says for each address what went wrong, {@code refused} that all refused: nothing
         * listens any more where the peer was.
         */
        void unreachable(PeerId peer, String reason, boolean refused);
    }
}
