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
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of a connection: whatever goes wrong on it ends here, in one line and a counter. */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    static final String NAME = "guard";

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGuard.class);

    /** As Linux, macOS and Windows put it; Java has but the words. */
    private static final List<String> PEERS_ENDS = List.of("connection reset", "broken pipe", "forcibly closed");

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
        if (!upgraded.isDone()) {
            upgraded.completeExceptionally(new IOException("the connection was closed during the handshake"));
        }
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

    /** From now on nobody is given the connection, however long a transport takes to say goodbye. */
    private void onFailure(SwarmConnection made, Throwable cause) {
        if (isViolation(cause)) {
            onViolation(made, cause);
            return;
        }
        LOG.debug("{}: {}", made, cause.getMessage());
        if (isEndOfPeer(cause)) {
            made.onEndedByPeer();
        } else {
            made.close(); // the keep-alive gave up, or this side's network failed
        }
    }

    private void onViolation(SwarmConnection made, Throwable cause) {
        if (made.isOpen()) { // else it comes of the end: TLS misses a goodbye
            counters.count(HostCounters.Event.PROTOCOL_ERROR);
            LOG.info("{} broke the protocol: {}", made, cause.getMessage());
            made.close(ErrorCode.PROTOCOL_VIOLATION);
        }
    }

    /**
     * Whether the peer's system ended the connection: by a reset, or by an end that a write ran into. All else that
     * befalls a socket, such as no route or too many retransmissions, says nothing of the peer.
     */
    private static boolean isEndOfPeer(Throwable cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return cause instanceof ClosedChannelException || PEERS_ENDS.stream().anyMatch(message::contains);
    }

    /** Whether the peer did wrong; otherwise the socket failed, or the peer fell silent. */
    private static boolean isViolation(Throwable cause) {
        if (cause instanceof YamuxException yamux) {
            return yamux.code() != GoAwayCode.NORMAL;
        }
        return cause instanceof SecurityHandshakeException || !(cause instanceof IOException);
    }
}
