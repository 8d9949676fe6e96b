/**
 * The stream multiplexer (libp2p spec, yamux). {@link dev.flotilla.libp2p.yamux.YamuxHandler} sits at the end of a
 * secured connection's pipeline and splits it into streams; each stream is a Netty channel of its own,
 * {@link dev.flotilla.libp2p.yamux.YamuxStreamChannel}, on the connection's event loop.
 *
 * <p>Flow control is real in both directions. What a stream may send waits in its own outbound buffer, so that {@code
 * isWritable} tells the application of the peer's window and of the connection alike; ready streams take turns, a frame
 * of at most 16 KiB each. Credit is given to the peer only for bytes that the stream's handlers have read: a stream
 * that is not read stops its sender within one window and stops no other stream.
 */
@NullMarked
package dev.flotilla.libp2p.yamux;

import org.jspecify.annotations.NullMarked;
