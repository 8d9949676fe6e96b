package dev.flotilla.libp2p;

/** Told of a host's connections, on their event loops; must not block. Calls for one connection come in order. */
public interface ConnectionListener {
    /** The handshake is done; streams can be opened. */
    default void opened(Connection connection) {}

    /** The peer has said about itself what {@link Connection#peerInfo} now holds. */
    default void identified(Connection connection) {}

    /**
     * Another connection to the same peer is used for new streams from now on. This one is closed as soon as it has no
     * streams: who holds a long-lived one opens it anew over {@link Host#newStream} and ends the old.
     */
    default void superseded(Connection connection) {}

    /**
     * The connection is gone, and its streams with it.
     *
     * @param closedByPeer whether the other side ended it, its process perhaps with it, rather than this one or the network;
     *     false also for one that is superseded while another is open
     */
    default void closed(Connection connection, boolean closedByPeer) {}
}
