/**
 * The transport QUIC v1 (RFC 9000; libp2p spec, quic): addresses {@code /ip4|ip6/.../udp/PORT/quic-v1}, on Netty's QUIC
 * codec where its native library is present.
 *
 * <p>QUIC secures by TLS 1.3 with the certificates of {@code tls} and has streams of its own, so nothing is negotiated
 * but the protocol of each stream. A stream's end of output is FIN; a reset is RESET_STREAM and STOP_SENDING.
 */
@NullMarked
package dev.flotilla.libp2p.quic;

import org.jspecify.annotations.NullMarked;
