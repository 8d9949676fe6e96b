/**
 * A libp2p host: peers named by the hash of their public key, reached at multiaddrs, with many streams on one secured
 * connection (libp2p specifications).
 *
 * <p>This package is the API: {@link dev.flotilla.libp2p.Host} and what an application gives to it and gets from it, and
 * the ports of transports, {@link dev.flotilla.libp2p.Transport} and {@link dev.flotilla.libp2p.Upgrader}. The host
 * itself is in {@code swarm}, which puts the rest together. Each protocol has a package of its own below this one: a
 * connection of {@code tcp} is secured ({@code noise}), divided into streams ({@code yamux}), and each step is agreed on
 * by {@code multistream}. Of the port to consensus the host knows {@link dev.flotilla.transport.PeerId} and plain bytes
 * alone.
 */
@NullMarked
package dev.flotilla.libp2p;

import org.jspecify.annotations.NullMarked;
