/**
 * The transport QUIC v1 (RFC 9000; libp2p spec, quic): addresses {@code /ip4|ip6/.../udp/PORT/quic-v1}, on Netty's QUIC
 * codec where its native library is present.
 *
 * <p>QUIC secures by TLS 1.3 with the certificates of {@code tls} and has streams of its own, so nothing is negotiated
 * but the protocol of each stream. A stream's end of output is FIN; a reset is RESET_STREAM and STOP_SENDING.
 *
 * <p>A connection ends when a multiple of the streams that it may have at once were reset, since Netty keeps them. quiche
 * frees a reset stream on both sides and lets the peer open another; but Netty (4.2.18, QuicheQuicStreamChannel) takes a
 * stream out of the connection's table only when it has closed and a read has returned FIN. Of RESET_STREAM quiche tells by
 * an error at a read, and of no FIN behind it; after STOP_SENDING it returns nothing. By its sources neither reading on nor the order
 * of shutting down and closing changes that, and what removes an entry (QuicheQuicChannel.streamClosed) is
 * package-private.
 *
 * <p>quiche (in Netty 4.2.18, SendBuf.is_complete; cloudflare/quiche, issue 2525) takes a stream of which all bytes are
 * acknowledged for complete though its FIN has not left, and forgets both. So a FIN leaves with the last bytes or when it
 * can leave at once ({@link dev.flotilla.libp2p.quic.QuicOutput}). One that goes alone, in a packet that the network loses,
 * is not sent again where quiche has forgotten the stream meanwhile: the peer waits for it until the stream or the
 * connection is given up.
 */
@NullMarked
package dev.flotilla.libp2p.quic;

import org.jspecify.annotations.NullMarked;
