/**
 * A libp2p host: peers named by the hash of their public key, reached at multiaddrs, with many streams on one secured
 * connection (libp2p specifications).
 *
 * <p>Each protocol has a package of its own below this one and knows nothing of the host, which puts their Netty
 * handlers together: a TCP connection is secured ({@code noise}), divided into streams ({@code yamux}), and each step is
 * agreed on by {@code multistream}. Of the port to consensus the host knows
 * {@link dev.flotilla.transport.PeerId} and plain bytes alone.
 */
@NullMarked
package dev.flotilla.libp2p;

import org.jspecify.annotations.NullMarked;
