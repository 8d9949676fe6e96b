package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.ConnectionState;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.limits.ConnectionLimits;
import dev.flotilla.libp2p.limits.Limit;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.limits.StreamSlots;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.yamux.YamuxConfig;
import dev.flotilla.libp2p.yamux.YamuxHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionTrimmerTest {
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");

    private final PeerTags tags = new PeerTags();
    private final HostCounters counters = new HostCounters();
    private final StreamSlots streams =
            new StreamSlots(ResourceLimits.defaults().streams());
    private final ConnectionTable table =
            new ConnectionTable(PrivateKey.generate().peerId(), Duration.ofMinutes(1), 8, counters);
    private final ConnectionTrimmer trimmer = new ConnectionTrimmer(
            table,
            ConnectionLimits.of(new Limit(100, 100, 100)).withWaterMarks(2, 4, Duration.ZERO),
            tags,
            streams,
            counters,
            System::nanoTime);
    private final List<SwarmConnection> connections = new ArrayList<>();

    @AfterEach
    void close() {
        connections.forEach(each -> ((EmbeddedChannel) each.channel()).releaseOutbound());
    }

    /** A connection whose closing takes as long as the test. */
    private void open(int count) {
        for (int i = 0; i < count; i++) {
            PrivateKey key = PrivateKey.generate();
            YamuxHandler muxer = new YamuxHandler(true, YamuxConfig.defaults(), new ChannelInboundHandlerAdapter());
            EmbeddedChannel channel = new EmbeddedChannel(
                    new ChannelOutboundHandlerAdapter() {
                        @Override
                        public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
                            // not yet
                        }
                    },
                    muxer);
            SwarmConnection connection = new SwarmConnection(
                    new RawConnection("tcp", channel, Direction.INBOUND, ADDRESS, ADDRESS, null, false),
                    new SecureSession(key.peerId(), key.publicKey(), null),
                    new ConnectionState("tcp", "/noise", "/yamux/1.0.0", true),
                    muxer,
                    new StreamNegotiator(Duration.ofSeconds(1), counters, streams, tags));
            connections.add(connection);
            table.add(connection);
        }
    }

    private long open() {
        return connections.stream().filter(SwarmConnection::isOpen).count();
    }

    @Test
    void thoseThatAreBeingClosedAreNotClosedForAgain() {
        open(5);
        trimmer.onCount(5, 5);
        assertThat(open()).isEqualTo(2);
        trimmer.makeRoom(3); // as many as the three that are on their way
        assertThat(open()).isEqualTo(2);
        trimmer.makeRoom(4);
        assertThat(open()).isEqualTo(1);
        assertThat(counters.get(HostCounters.Event.TRIMMED)).isEqualTo(4);
        assertThat(connections.stream().filter(each -> !each.isOpen()).map(each -> ErrorCode.of(each.channel())))
                .containsOnly(ErrorCode.GARBAGE_COLLECTED);
    }
}
