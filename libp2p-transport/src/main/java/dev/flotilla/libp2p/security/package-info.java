/**
 * The port of security protocols (libp2p spec, connections), {@link dev.flotilla.libp2p.security.SecurityProtocol}, and
 * what each of them ends in: the peer on the other side proven by its key, or a reason why not.
 */
@NullMarked
package dev.flotilla.libp2p.security;

import org.jspecify.annotations.NullMarked;
