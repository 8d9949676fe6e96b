package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.ConnectionState;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
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
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Connections with one peer that no network carries, and that have no streams. */
final class Connections {
    static final Multiaddr DIRECT = Multiaddr.parse("/ip4/127.0.0.1/tcp/1");
    static final Multiaddr RELAYED = Multiaddr.parse("/ip4/127.0.0.1/tcp/1/p2p-circuit");

    final PrivateKey peer = PrivateKey.generate();
    private final StreamNegotiator negotiator = new StreamNegotiator(
            Duration.ofMinutes(1),
            new HostCounters(),
            new StreamSlots(ResourceLimits.defaults().streams()),
            new PeerTags());

    SwarmConnection with(EmbeddedChannel channel, Direction direction, Multiaddr remote) {
        return new SwarmConnection(
                new RawConnection("tcp", channel, direction, DIRECT, remote, null, false),
                new SecureSession(peer.peerId(), peer.publicKey(), null),
                new ConnectionState("tcp", "/noise", "/yamux/1.0.0", false),
                new NoStreams(),
                negotiator);
    }

    private static final class NoStreams implements MuxedConnection {
        @Override
        public CompletableFuture<MuxedStream> openStream(ChannelHandler handler) {
            throw new AssertionError("nobody opens one");
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
    }
}
