package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.transport.PeerId;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Secures a channel by {@code /tls/1.0.0} and stays in its pipeline, behind the {@link SslHandler} that it brings along
 * (libp2p spec, tls). Writes wait for the handshake; the peer's close_notify closes the channel.
 */
final class TlsHandler extends ChannelInboundHandlerAdapter implements SecurityHandler {
    private static final long GOODBYE_MILLIS_MAX = 300; // the peer may be gone, and the channel with it

    private final TlsContexts contexts;
    private final boolean initiator;
    private final @Nullable PeerId expected;
    private final CompletableFuture<SecureSession> session = new CompletableFuture<>();

    private @Nullable SslHandler tls; // set when added
    private boolean silent = true; // nothing in the clear came out of what was read last
    private boolean failed;

    /** @param expected the only peer to accept; null accepts any */
    TlsHandler(TlsContexts contexts, boolean initiator, @Nullable PeerId expected) {
        this.contexts = contexts;
        this.initiator = initiator;
        this.expected = expected;
    }

    @Override
    public CompletableFuture<SecureSession> session() {
        return session;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        try {
            SslHandler handler = new SslHandler(contexts.newEngine(initiator, expected, ctx.alloc()));
            handler.setHandshakeTimeoutMillis(0); // whoever upgrades connections has one for all
            handler.setCloseNotifyFlushTimeoutMillis(GOODBYE_MILLIS_MAX);
            tls = handler;
            ctx.pipeline().addBefore(ctx.name(), null, handler);
        } catch (SSLException | RuntimeException e) {
            fail(ctx, new SecurityHandshakeException("the handshake cannot be begun: " + e.getMessage(), e));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                onHandshake(ctx);
            } else {
                fail(ctx, TlsFailures.inWords(handshake.cause()));
            }
        } else if (event instanceof SslCloseCompletionEvent) {
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
            if (event instanceof ChannelInputShutdownEvent && !session.isDone()) {
                fail(ctx, new SecurityHandshakeException("the peer ended the connection during the handshake"));
            }
        }
    }

    /** Both sides have finished: what they agreed on decides. */
    private void onHandshake(ChannelHandlerContext ctx) {
        SslHandler handler = tls;
        if (handler == null) {
            return; // another's event
        }
        SSLEngine engine = handler.engine();
        PublicKey key = contexts.proven(engine);
        String protocol = handler.applicationProtocol();
        if (key == null) { // cannot be, unless a session was resumed after all
            fail(ctx, new SecurityHandshakeException("the peer showed no certificate"));
        } else if (protocol == null || !contexts.protocols().contains(protocol)) {
            fail(
                    ctx,
                    new SecurityHandshakeException("nothing in common by ALPN: this side has " + contexts.protocols()
                            + ", the peer none of them"));
        } else {
            String muxer = protocol.equals(TlsContexts.NO_MUXER) ? null : protocol;
            session.complete(new SecureSession(key.peerId(), key, muxer));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        silent = false;
        ctx.fireChannelRead(message);
    }

    /**
     * After a wrong message the engine first sends an alert, and tells of the failure when it is used again. So that the
     * channel does not stay open until then, it is used whenever nothing in the clear came out of it.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (silent && session.isDone() && !failed) {
            ctx.flush();
        }
        silent = true;
        ctx.fireChannelReadComplete();
    }

    /** What befalls the connection later is not TLS's, unless TLS says so: a socket's failure is passed on as it is. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (session.isDone() && cause instanceof IOException && !(cause instanceof SSLException)) {
            ctx.fireExceptionCaught(cause);
        } else {
            fail(ctx, TlsFailures.inWords(cause));
        }
    }

    private void fail(ChannelHandlerContext ctx, SecurityHandshakeException reason) {
        if (failed) {
            return;
        }
        failed = true;
        if (!session.completeExceptionally(reason)) {
            ctx.fireExceptionCaught(reason);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
        endOf();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        endOf();
    }

    private void endOf() {
        if (!session.isDone()) {
            session.completeExceptionally(TlsFailures.closed());
        }
    }
}
