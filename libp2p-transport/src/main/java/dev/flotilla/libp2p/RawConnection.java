package dev.flotilla.libp2p;

import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A connection as a transport made it, before anything is known about the peer.
 *
 * @param transport the transport's name
 * @param channel carries bytes, nothing was read from it yet; is closed if there will be no connection
 * @param direction who is the initiator of each handshake: who dialled
 * @param localAddress without a peer id
 * @param remoteAddress without a peer id at its end
 * @param expected the only peer to accept; null accepts any
 * @param limited see {@link Connection#isLimited}
 */
public record RawConnection(
        String transport,
        Channel channel,
        Direction direction,
        Multiaddr localAddress,
        Multiaddr remoteAddress,
        @Nullable PeerId expected,
        boolean limited) {}
