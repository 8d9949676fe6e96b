package dev.flotilla.libp2p.security;

import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * A secured connection.
 *
 * @param remotePeerId of the peer that proved to have {@code remotePublicKey}
 * @param muxer the multiplexer that the handshake agreed on; null if it is to be negotiated on the secured connection
 */
public record SecureSession(PeerId remotePeerId, PublicKey remotePublicKey, @Nullable String muxer) {}
