package dev.flotilla.libp2p;

/**
 * What two peers agreed on for a connection.
 *
 * @param transport that carries it, such as {@code tcp} or {@code quic-v1}
 * @param security such as {@code /noise}; a transport that secures by itself has its own name here
 * @param muxer such as {@code /yamux/1.0.0}; a transport that has streams of its own has its own name here
 * @param earlyMuxer whether the handshake of the security protocol agreed on the multiplexer (libp2p spec, connections,
 *     early muxer negotiation)
 */
public record ConnectionState(String transport, String security, String muxer, boolean earlyMuxer) {}
