package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.libp2p.yamux.GoAwayCode;
import dev.flotilla.libp2p.yamux.YamuxException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of a connection: whatever goes wrong on it ends here, in one line and a counter. */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    static final String NAME = "guard";

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGuard.class);

    private final CompletableFuture<?> upgraded;
    private final HostCounters counters;
    private @Nullable SwarmConnection connection;

    ConnectionGuard(CompletableFuture<?> upgraded, HostCounters counters) {
        this.upgraded = upgraded;
        this.counters = counters;
    }

    /** The handshake is done. */
    void established(SwarmConnection made) {
        connection = made;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Channel) {
            ctx.fireChannelRead(message); // a stream of a transport that has its own: Netty starts it
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        upgraded.completeExceptionally(new IOException("the connection was closed during the handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        Throwable cause = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (connection == null) {
            upgraded.completeExceptionally(cause);
        } else {
            onFailure(connection, cause);
        }
        ctx.close();
    }

    private void onFailure(SwarmConnection made, Throwable cause) {
        if (isViolation(cause) && made.isOpen()) {
            made.markClosedLocally();
            counters.count(HostCounters.Event.PROTOCOL_ERROR);
            ErrorCode.PROTOCOL_VIOLATION.explain(made.channel());
            LOG.info("{} broke the protocol: {}", made, cause.getMessage());
        } else {
            if (cause instanceof YamuxException) {
                made.markClosedLocally(); // the keep-alive gave up
            }
            LOG.debug("{}: {}", made, cause.getMessage());
        }
    }

    /** Whether the peer did wrong; otherwise the socket failed, or the peer fell silent. */
    private static boolean isViolation(Throwable cause) {
        if (cause instanceof YamuxException yamux) {
            return yamux.code() != GoAwayCode.NORMAL;
        }
        return cause instanceof SecurityHandshakeException || !(cause instanceof IOException);
    }
}
