/**
 * The port between consensus and the network: peers named by {@link dev.flotilla.transport.PeerId}, never by
 * host and port.
 *
 * <p>A {@link dev.flotilla.transport.PeerTransport} moves bounded frames one way and byte streams both ways, on a
 * few {@linkplain dev.flotilla.transport.Lane lanes} between two nodes. It says who sent each frame, as it
 * authenticated them; no message above it names its own sender. Frames of a lane arrive in order and none twice, but what
 * it holds may be lost when a connection breaks. Nothing here assumes request and response, so that a message queue can
 * implement it.
 */
@NullMarked
package dev.flotilla.transport;

import org.jspecify.annotations.NullMarked;
