/**
 * What every security protocol ends in (libp2p spec, connections): the peer on the other side proven by its key, or a
 * reason why not.
 */
@NullMarked
package dev.flotilla.libp2p.security;

import org.jspecify.annotations.NullMarked;
