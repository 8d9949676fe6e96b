package dev.flotilla.libp2p.websocket;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The side that was dialled: grants a WebSocket to who asks for one at the root (RFC 6455 §4.2). Who asks for anything
 * else gets a short answer and no second chance.
 */
final class UpgradeAnswer extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int REQUEST_LINE_LENGTH_MAX = 1024;
    private static final int HEADER_BYTES_MAX = 8192;
    private static final int BODY_BYTES_MAX = 1024; // of a request that has none

    private final WebSocketFrames frames;

    private UpgradeAnswer(WebSocketFrames frames) {
        this.frames = frames;
    }

    static void start(Channel channel) {
        WebSocketFrames frames = new WebSocketFrames();
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(REQUEST_LINE_LENGTH_MAX, HEADER_BYTES_MAX, BODY_BYTES_MAX),
                        new HttpObjectAggregator(BODY_BYTES_MAX, true),
                        new UpgradeAnswer(frames),
                        frames);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) throws IOException {
        HttpResponseStatus refusal = refusal(request);
        if (refusal != null) {
            refuse(ctx, refusal, request.decoderResult().isFailure() ? "it is no HTTP" : request.uri());
            return;
        }
        var handshaker = new WebSocketServerHandshaker13("/", null, false, FragmentingDecoder.PIECE_BYTES) {
            @Override
            protected WebSocketFrameDecoder newWebsocketDecoder() {
                return new FragmentingDecoder(true);
            }
        };
        try {
            handshaker.handshake(ctx, request).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } catch (WebSocketHandshakeException e) {
            refuse(ctx, HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
            return;
        }
        frames.open(ctx);
        ctx.pipeline().remove(this);
    }

    private static @Nullable HttpResponseStatus refusal(FullHttpRequest request) {
        String version = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
        if (request.decoderResult().isFailure()) {
            return HttpResponseStatus.BAD_REQUEST;
        } else if (!request.method().equals(HttpMethod.GET)) {
            return HttpResponseStatus.METHOD_NOT_ALLOWED;
        } else if (!request.uri().equals("/")) {
            return HttpResponseStatus.NOT_FOUND;
        } else if (!WebSocketVersion.V13.toHttpHeaderValue().equals(version)) {
            return HttpResponseStatus.UPGRADE_REQUIRED;
        }
        return null;
    }

    private static void refuse(ChannelHandlerContext ctx, HttpResponseStatus status, String what) throws IOException {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status,
                Unpooled.copiedBuffer("This is a libp2p peer; it speaks WebSocket.\n", StandardCharsets.US_ASCII));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, WebSocketVersion.V13.toHttpHeaderValue());
        ctx.writeAndFlush(response);
        throw new IOException("no WebSocket was asked for, answered " + status + ": " + what); // ends the connection
    }
}
