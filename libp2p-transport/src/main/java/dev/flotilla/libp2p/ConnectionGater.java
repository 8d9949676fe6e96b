package dev.flotilla.libp2p;

import dev.flotilla.transport.PeerId;

/**
 * Decides who may be dialled and who may connect, at five points of a connection's making, whatever transport carries it
 * (go-libp2p's connection gater). Each hook answers whether to go on; one that throws refuses. What this side dialled
 * then fails in words that name the hook; the other side learns at most that it is gated (libp2p spec, error codes), and
 * both are counted. Thread-safe; called on event loops: must not block.
 */
public interface ConnectionGater {
    /** Whether {@code peer} may be dialled at all. Asked before its addresses are looked at. */
    default boolean interceptPeerDial(PeerId peer) {
        return true;
    }

    /** Whether {@code peer} may be dialled at {@code address}, which holds no names any more. */
    default boolean interceptAddrDial(PeerId peer, Multiaddr address) {
        return true;
    }

    /** Whether to take an inbound connection of which nothing but its addresses is known. */
    default boolean interceptAccept(Multiaddr localAddress, Multiaddr remoteAddress) {
        return true;
    }

    /** Whether to go on with {@code peer}, which has just proven who it is. The place of an allow-list of peers. */
    default boolean interceptSecured(Direction direction, PeerId peer, Multiaddr remoteAddress) {
        return true;
    }

    /** Whether to keep a connection whose handshake is done and which carries no stream yet. */
    default boolean interceptUpgraded(Connection connection) {
        return true;
    }
}
