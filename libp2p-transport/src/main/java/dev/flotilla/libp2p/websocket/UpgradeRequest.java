package dev.flotilla.libp2p.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.URI;
import javax.net.ssl.SSLException;

/** The side that dialled: asks by HTTP for a WebSocket (RFC 6455 §4.1), and opens it when the answer is yes. */
final class UpgradeRequest extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int ANSWER_BYTES_MAX = 8192;
    private static final int FORCE_CLOSE_NEVER = -1; // this handshaker closes nothing

    private final WebSocketClientHandshaker handshaker;
    private final WebSocketFrames frames;

    private UpgradeRequest(URI uri, WebSocketFrames frames) {
        this.handshaker =
                new WebSocketClientHandshaker13(
                        uri,
                        WebSocketVersion.V13,
                        null,
                        false,
                        EmptyHttpHeaders.INSTANCE,
                        FragmentingDecoder.PIECE_BYTES,
                        true,
                        false,
                        FORCE_CLOSE_NEVER) {
                    @Override
                    protected WebSocketFrameDecoder newWebsocketDecoder() {
                        return new FragmentingDecoder(false);
                    }
                };
        this.frames = frames;
    }

    /** Asks {@code address} for its root, the only path that a multiaddr names. */
    static void start(Channel channel, WebSocketAddress address) {
        WebSocketFrames frames = new WebSocketFrames();
        UpgradeRequest request = new UpgradeRequest(uri(address), frames);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new HttpClientCodec(), new HttpObjectAggregator(ANSWER_BYTES_MAX), request, frames);
        request.handshaker.handshake(channel); // a failure shows as the end of the channel
    }

    private static URI uri(WebSocketAddress address) {
        String host = NetUtil.isValidIpV6Address(address.host()) ? "[" + address.host() + "]" : address.host();
        return URI.create((address.secure() ? "wss://" : "ws://") + host + ":"
                + address.socket().getPort() + "/");
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) throws IOException {
        if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            throw new IOException("the server grants no WebSocket: it answered " + response.status());
        }
        try {
            handshaker.finishHandshake(ctx.channel(), response);
        } catch (WebSocketHandshakeException e) {
            throw new IOException("the server grants no WebSocket: " + e.getMessage(), e);
        }
        frames.open(ctx);
        ctx.pipeline().remove(this);
    }

    /** TLS below fails with the reason at the end of a chain of causes. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable reason = cause;
        while (reason.getCause() != null && (reason instanceof DecoderException || reason instanceof SSLException)) {
            reason = reason.getCause();
        }
        ctx.fireExceptionCaught(
                reason == cause ? cause : new IOException("no TLS with the server: " + reason.getMessage(), cause));
    }
}
