package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.ConnectionState;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.libp2p.limits.StreamSlots;
import dev.flotilla.libp2p.muxer.MuxedConnection;
import dev.flotilla.libp2p.muxer.MuxedStream;
import dev.flotilla.libp2p.security.SecureSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamNegotiatorTest {
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/127.0.0.1/tcp/1");

    private final PrivateKey peer = PrivateKey.generate();
    private final StreamSlots slots = new StreamSlots(ResourceLimits.defaults().streams());
    private final StreamNegotiator negotiator =
            new StreamNegotiator(Duration.ofMinutes(1), new HostCounters(), slots, new PeerTags());
    private final EmbeddedChannel channel = new EmbeddedChannel();

    private SwarmConnection connection(Supplier<CompletableFuture<@Nullable MuxedStream>> opening) {
        MuxedConnection muxed = new MuxedConnection() {
            @Override
            public CompletableFuture<@Nullable MuxedStream> openStream(ChannelHandler handler) {
                return opening.get();
            }

            @Override
            public MuxedStream streamOf(Channel stream) {
                throw new AssertionError("there is none");
            }

            @Override
            public int streamCount() {
                return 0;
            }

            @Override
            public boolean isGivenUp() {
                return false;
            }
        };
        return new SwarmConnection(
                new RawConnection("tcp", channel, Direction.OUTBOUND, ADDRESS, ADDRESS, peer.peerId(), false),
                new SecureSession(peer.peerId(), peer.publicKey(), null),
                new ConnectionState("tcp", "/noise", "/yamux/1.0.0", false),
                muxed,
                negotiator);
    }

    private void assertGivenBack(Supplier<CompletableFuture<@Nullable MuxedStream>> opening) {
        assertThatThrownBy(() -> Hosts.await(negotiator.open(connection(opening), new ProtocolId("/test/1"))))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("no stream: ");
        assertThat(slots.count()).isZero();
        channel.finishAndReleaseAll();
    }

    @Test
    void thePlaceOfAStreamThatCannotBeOpenedIsGivenBack() {
        assertGivenBack(() -> {
            throw new IllegalStateException("of the test");
        });
    }

    @Test
    void thePlaceOfAStreamThatEndedAtOnceIsGivenBack() {
        assertGivenBack(() -> CompletableFuture.completedFuture(null));
    }
}
