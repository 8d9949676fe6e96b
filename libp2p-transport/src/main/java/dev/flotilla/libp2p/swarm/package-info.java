/**
 * The host itself: it puts transports, security protocols, the multiplexer and stream negotiation together, dials, and
 * keeps the table of connections. The only package that knows all the others; {@link dev.flotilla.libp2p.Host} is its
 * face.
 */
@NullMarked
package dev.flotilla.libp2p.swarm;

import org.jspecify.annotations.NullMarked;
