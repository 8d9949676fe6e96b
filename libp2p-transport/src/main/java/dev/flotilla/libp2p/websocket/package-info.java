/**
 * The transport WebSocket (RFC 6455; libp2p spec, websockets), for networks that let nothing but HTTP through: addresses
 * {@code /ip4|ip6/.../tcp/PORT/ws}, and {@code .../tls/ws} or {@code .../wss} of a server with a certificate, which are
 * dialled only. Binary frames carry the bytes of a connection, which the host upgrades as it does TCP's; where frames
 * begin and end means nothing. {@link dev.flotilla.libp2p.websocket.WebSocketTransport} puts the handlers together.
 */
@NullMarked
package dev.flotilla.libp2p.websocket;

import org.jspecify.annotations.NullMarked;
