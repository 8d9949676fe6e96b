/**
 * Statements that a peer signs, so that others can pass them on (libp2p RFC 0002, signed envelopes; RFC 0003, peer
 * records; with the domain and payload type that the implementations use instead of those in the text).
 */
@NullMarked
package dev.flotilla.libp2p.record;

import org.jspecify.annotations.NullMarked;
