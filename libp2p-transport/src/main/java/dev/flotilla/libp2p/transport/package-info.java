/**
 * The port {@code dev.flotilla.transport.PeerTransport} on a libp2p host.
 *
 * <p>Frames travel on long-lived streams, one a direction and lane; byte streams on streams of their own. The first
 * message on either names the lane. Connections that are wanted are dialled until they are there, with the addresses of
 * the address book; peers that want each other tell each other where they and their common acquaintances are.
 *
 * <p>Who is connected, whom to dial and which stream carries what is decided on one thread, {@link
 * dev.flotilla.libp2p.transport.ControlThread}; frames go from the sender's thread to the connection's event loop and
 * from there to the receiver, past it.
 */
@NullMarked
package dev.flotilla.libp2p.transport;

import org.jspecify.annotations.NullMarked;
