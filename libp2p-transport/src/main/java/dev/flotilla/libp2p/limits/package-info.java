/**
 * How much of a host others may have: connections and handshakes, in all and of one address, streams, in all and of one
 * peer and protocol, and the bytes that wait to be read. What is over a limit is refused at once: in words to who asks on
 * this side ({@link dev.flotilla.libp2p.limits.ResourceLimitException}), without a word to the other side, and counted by
 * its kind. Peers that the application protects get in where strangers have taken all there is. Plays the part of
 * go-libp2p's resource manager and connection manager, without their hierarchy of scopes.
 */
@NullMarked
package dev.flotilla.libp2p.limits;

import org.jspecify.annotations.NullMarked;
