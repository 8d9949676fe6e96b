package dev.flotilla.libp2p.security;

import io.netty.channel.ChannelHandler;
import java.util.concurrent.CompletableFuture;

/**
 * Secures the channel that it is added to and stays in its pipeline: bytes in the clear above it, protected ones below.
 * It begins once the channel is active. Any failure closes the channel; the handshake has no time limit of its own.
 */
public interface SecurityHandler extends ChannelHandler {
    /**
     * The secured session, or a {@link SecurityHandshakeException}. Completes on the event loop before anything in the
     * clear is fired, so that a callback can add the handlers to fire it to, behind this one.
     */
    CompletableFuture<SecureSession> session();
}
