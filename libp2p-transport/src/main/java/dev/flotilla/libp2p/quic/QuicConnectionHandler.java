package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** The first handler of a QUIC connection: tells what its handshake proved, how it ended, and keeps it alive. */
final class QuicConnectionHandler extends ChannelDuplexHandler {
    private static final int TRANSPORT_NO_ERROR = 0;
    private static final int REASON_LENGTH_MAX = 100;
    private static final long GOODBYE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long GOODBYE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(300);

    private final QuicChannel channel;
    private final QuicSecurity security;
    private final QuicMuxedConnection muxed;
    private final QuicKeepAlive keepAlive;
    private final CompletableFuture<SecureSession> secured = new CompletableFuture<>();
    private @Nullable SSLEngine engine; // the channel forgets it at its end
    private @Nullable String closedBecause;
    private boolean closing;

    QuicConnectionHandler(QuicChannel channel, QuicSecurity security, HostConfig config) {
        this.channel = channel;
        this.security = security;
        this.muxed = new QuicMuxedConnection(channel, config.yamux());
        this.keepAlive = new QuicKeepAlive(channel, muxed, config.yamux());
    }

    /** Whom the handshake has proven, or a {@link SecurityHandshakeException}. Completes on the event loop. */
    CompletableFuture<SecureSession> secured() {
        return secured;
    }

    QuicMuxedConnection muxed() {
        return muxed;
    }

    /** There will be no connection. */
    void fail(Throwable cause) {
        String refusal = security.refusal(engine());
        String reason = refusal != null ? refusal : closedBecause != null ? closedBecause : cause.getMessage();
        secured.completeExceptionally(new SecurityHandshakeException("no QUIC handshake: " + reason, cause));
    }

    private @Nullable SSLEngine engine() {
        SSLEngine current = channel.sslEngine();
        if (current != null) {
            engine = current;
        }
        return engine;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            onHandshake(handshake);
        } else if (event instanceof QuicStreamLimitChangedEvent) {
            muxed.openWaiting();
        } else if (event instanceof QuicConnectionCloseEvent closed) {
            closedBecause = describe(closed);
        } else if (event instanceof QuicDatagramExtensionEvent) {
            keepAlive.start();
        }
        super.userEventTriggered(ctx, event);
    }

    private void onHandshake(SslHandshakeCompletionEvent handshake) {
        if (!handshake.isSuccess()) {
            fail(handshake.cause());
            return;
        }
        try {
            secured.complete(security.session(engine()));
        } catch (SecurityHandshakeException e) {
            secured.completeExceptionally(e);
        }
        muxed.openWaiting();
    }

    private static String describe(QuicConnectionCloseEvent closed) {
        String said = new String(reasonOf(closed), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
        String reason = said.substring(0, Math.min(said.length(), REASON_LENGTH_MAX));
        String error = closed.isApplicationClose()
                ? ErrorCode.describeConnection(closed.error())
                : (closed.isTlsError() ? "TLS" : "transport") + " error " + closed.error();
        return "the peer closed the connection: " + error + (reason.isEmpty() ? "" : " (" + reason + ")");
    }

    private static byte[] reasonOf(QuicConnectionCloseEvent closed) {
        try {
            return closed.reason();
        } catch (NullPointerException e) {
            return new byte[0]; // Netty's event clones what is not there
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof ByteBuf datagram) {
            datagram.release(); // the peer keeps the connection alive
        } else {
            super.channelRead(ctx, message); // a stream
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        keepAlive.stop();
        String reason = closedBecause != null ? closedBecause : "the connection is closed";
        muxed.fail(reason);
        fail(new SecurityHandshakeException(reason));
        super.channelInactive(ctx);
    }

    /**
     * Says goodbye as an application, not as a transport that broke. It resets the streams first, and with much data under
     * way waits for the peer's acknowledgements a moment: quiche sends no goodbye through a full congestion window.
     */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        if (closing) {
            super.close(ctx, promise);
            return;
        }
        closing = true;
        engine();
        if (!channel.isActive() || !muxed.resetAll()) {
            closeNow(promise);
            return;
        }
        channel.collectPathStats(0).addListener((Future<QuicConnectionPathStats> path) -> {
            long nanos = path.isSuccess() ? path.getNow().rtt() * 2 : GOODBYE_NANOS_MAX;
            ctx.executor()
                    .schedule(
                            () -> closeNow(promise),
                            Math.max(GOODBYE_NANOS_MIN, Math.min(GOODBYE_NANOS_MAX, nanos)),
                            TimeUnit.NANOSECONDS);
        });
    }

    /**
     * During the handshake an application has no word yet (RFC 9000 §10.2.3), and quiche, told to say one all the same,
     * makes packets without end.
     */
    private void closeNow(ChannelPromise promise) {
        boolean established = channel.isActive();
        int error = established ? ErrorCode.of(channel).ofConnection() : TRANSPORT_NO_ERROR;
        channel.close(established, error, Unpooled.EMPTY_BUFFER, promise);
    }
}
