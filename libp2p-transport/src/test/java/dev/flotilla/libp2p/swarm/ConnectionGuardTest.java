package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a failure says of the peer, and that nobody uses the connection from then on, though it says goodbye for long. */
class ConnectionGuardTest {
    private final HostCounters counters = new HostCounters();
    private final ConnectionGuard guard = new ConnectionGuard(new CompletableFuture<>(), counters);
    private final EmbeddedChannel channel = new EmbeddedChannel(new LongGoodbye(), guard);
    private final SwarmConnection connection = new Connections().with(channel, Direction.OUTBOUND, Connections.DIRECT);

    /** Waits for an answer, as TLS does. */
    private static final class LongGoodbye extends ChannelOutboundHandlerAdapter {
        @Override
        public void close(ChannelHandlerContext ctx, ChannelPromise promise) {}
    }

    ConnectionGuardTest() {
        guard.established(connection);
    }

    @AfterEach
    void close() {
        channel.pipeline().remove(LongGoodbye.class);
        channel.finishAndReleaseAll();
    }

    private void fails(Throwable cause) {
        assertThat(connection.isOpen()).isTrue();
        channel.pipeline().fireExceptionCaught(cause);
        assertThat(channel.isOpen()).as("the channel").isTrue();
        assertThat(connection.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection reset by peer",
                "Connection reset",
                "Broken pipe",
                "An existing connection was forcibly closed by the remote host"
            })
    void thePeersSystemEndedIt(String message) {
        fails(new IOException(message));
        assertThat(connection.isClosedByPeer()).isTrue();
    }

    @Test
    void aWriteThatTheEndOvertookBlamesNobodyElse() {
        fails(new ClosedChannelException());
        assertThat(connection.isClosedByPeer()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection timed out", "No route to host", "Network is unreachable", "Network is down"})
    void theNetworkOfThisSideSaysNothingOfThePeer(String message) {
        fails(new IOException(message));
        assertThat(connection.isClosedByPeer()).isFalse();
        assertThat(counters.get(HostCounters.Event.PROTOCOL_ERROR)).isZero();
    }

    @Test
    void thePeerBrokeTheProtocol() {
        fails(new SecurityHandshakeException("a wrong message"));
        assertThat(connection.isClosedByPeer()).isFalse();
        assertThat(counters.get(HostCounters.Event.PROTOCOL_ERROR)).isEqualTo(1);
    }
}
