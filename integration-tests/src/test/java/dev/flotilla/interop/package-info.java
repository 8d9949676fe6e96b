/**
 * Flotilla against other implementations of libp2p. The other side runs as a process of its own and is spoken to over
 * its standard input and output.
 */
@NullMarked
package dev.flotilla.interop;

import org.jspecify.annotations.NullMarked;
