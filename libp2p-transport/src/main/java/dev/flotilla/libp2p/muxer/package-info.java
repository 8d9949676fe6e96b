/**
 * What a connection offers once it is divided into streams (libp2p spec, connections, multiplexing): a way to open
 * streams and to see each of them as a Netty channel, whether yamux makes them or a transport that has streams of its
 * own, such as QUIC.
 */
@NullMarked
package dev.flotilla.libp2p.muxer;

import org.jspecify.annotations.NullMarked;
