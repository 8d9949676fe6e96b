/**
 * Agreement on what a channel carries next (libp2p spec, multistream-select 1.0).
 *
 * <p>The initiator proposes protocol ids one by one, the responder echoes the one it takes or says {@code na}. A message
 * is a length, text and a newline. {@link dev.flotilla.libp2p.multistream.MultistreamInitiator} and
 * {@link dev.flotilla.libp2p.multistream.MultistreamResponder} are put at the end of the pipeline of any channel, a
 * TCP connection, a secured one or a stream; once agreed they let a
 * {@link dev.flotilla.libp2p.multistream.ProtocolInstaller} put the protocol's handlers in their place and hand on
 * every byte that came behind the negotiation. Time limits are the caller's.
 */
@NullMarked
package dev.flotilla.libp2p.multistream;

import org.jspecify.annotations.NullMarked;
