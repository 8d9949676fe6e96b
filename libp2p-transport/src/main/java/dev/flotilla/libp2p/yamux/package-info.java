/**
 * The stream multiplexer (libp2p spec, yamux). {@link dev.flotilla.libp2p.yamux.YamuxHandler} sits at the end of a
 * secured connection's pipeline and splits it into streams; each stream is a Netty channel of its own,
 * {@link dev.flotilla.libp2p.yamux.YamuxStreamChannel}, on the connection's event loop. {@code FrameReceiver} holds what
 * each frame means, {@code StreamOpener} how streams come and go, {@code StreamInput} and {@code ReceiveWindow} one
 * stream's way in, {@code StreamOutput} its way out, {@code FrameWriter} whose turn it is, {@code YamuxSession} the rest.
 *
 * <p>Flow control is real in both directions. What a stream may send waits in its own outbound buffer, so that {@code
 * isWritable} tells the application of the peer's window and of the connection alike; ready streams take turns, a frame
 * of at most 16 KiB each. Credit is given to the peer only for bytes that the stream's handlers have read: a stream
 * that is not read stops its sender within one window and stops no other stream. Windows grow with the round trip.
 *
 * <p>A receiver may do otherwise: js-libp2p resets a stream of which more than 4 MiB wait unread, though its window lets
 * us send 16. No sender can tell; whoever sends much to a slow reader there raises its {@code maxReadBufferLength}.
 */
@NullMarked
package dev.flotilla.libp2p.yamux;

import org.jspecify.annotations.NullMarked;
