/**
 * The identify protocol (libp2p spec, identify): both sides of a connection tell each other what they listen on, which
 * protocols they answer, and from which address they see the other come. {@link dev.flotilla.libp2p.identify.Identify}
 * is attached to a host; what a peer said is kept at its {@link dev.flotilla.libp2p.Connection}.
 */
@NullMarked
package dev.flotilla.libp2p.identify;

import org.jspecify.annotations.NullMarked;
