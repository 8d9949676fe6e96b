/**
 * Circuit relay v2 (libp2p spec, relay): a peer that others cannot reach keeps a reservation at a relay, and whoever
 * wants to talk to it asks the relay for a circuit.
 *
 * <p>{@link dev.flotilla.libp2p.relay.RelayService} makes a host a relay: it grants reservations and joins two streams,
 * one to each peer, to a circuit. {@link dev.flotilla.libp2p.relay.RelayTransport} is the other side: it listens on
 * {@code RELAY/p2p-circuit} by keeping a reservation, and dials {@code RELAY/p2p-circuit/p2p/PEER}. A circuit is a raw
 * connection, secured and divided as any other: the relay sees nothing of what it carries. A relay may bound the time and
 * the bytes of its circuits; the connections over them are limited then ({@link
 * dev.flotilla.libp2p.Connection#isLimited}), and only protocols that say so run over them.
 */
@NullMarked
package dev.flotilla.libp2p.relay;

import org.jspecify.annotations.NullMarked;
