/**
 * The ping protocol (libp2p spec, ping): 32 random bytes come back as they are. {@link dev.flotilla.libp2p.ping.Ping}
 * answers others and measures round trips.
 */
@NullMarked
package dev.flotilla.libp2p.ping;

import org.jspecify.annotations.NullMarked;
