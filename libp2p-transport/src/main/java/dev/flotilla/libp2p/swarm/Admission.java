package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.limits.ConnectionSlots;
import dev.flotilla.libp2p.limits.HandshakeSlots;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.libp2p.limits.ResourceLimitException;
import dev.flotilla.libp2p.limits.ResourceLimits;
import dev.flotilla.transport.PeerId;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets connections in as far as the limits go, in two steps: an inbound handshake may begin, and, once it has shown who
 * the peer is, the connection may stay. Strangers that have taken all there is thus do not keep protected peers out.
 * Thread-safe.
 */
final class Admission {
    private static final Multiaddr CIRCUIT = Multiaddr.parse("/p2p-circuit");

    private final PeerTags tags;
    private final HandshakeSlots handshakes;
    private final ConnectionSlots connections;
    private final ConnectionTrimmer trimmer;

    Admission(ResourceLimits limits, PeerTags tags, ConnectionTrimmer trimmer, LongSupplier nanoClock) {
        this.tags = tags;
        this.handshakes = new HandshakeSlots(limits.handshakes(), nanoClock);
        this.connections = new ConnectionSlots(limits.connections());
        this.trimmer = trimmer;
    }

    /**
     * An inbound handshake begins; it ends with {@code upgraded}, which this ends itself if another takes its place.
     *
     * @throws ResourceLimitException if it must not
     */
    void begin(RawConnection raw, CompletableFuture<?> upgraded) throws ResourceLimitException {
        if (!tags.hasProtected()) {
            try {
                connections.checkInbound(); // nobody can prove to be anything but a stranger
            } catch (ResourceLimitException e) {
                trim();
                throw e;
            }
        }
        Runnable evict = () -> upgraded.completeExceptionally(handshakes.tooMany());
        Optional<PeerId> relay = raw.remoteAddress().decapsulate(CIRCUIT).peerId();
        HandshakeSlots.Slot slot = relay.isPresent()
                ? handshakes.enter(relay.get(), evict)
                : handshakes.enter(addressOf(raw), isKnown(addressOf(raw)), evict);
        upgraded.whenComplete((done, failure) -> slot.leave());
    }

    private boolean isKnown(@Nullable InetAddress remote) {
        return remote != null && tags.isKnown(remote);
    }

    /**
     * {@code peer} has proven itself; its connection is counted until its channel closes.
     *
     * @throws ResourceLimitException if it must not stay
     */
    void secured(RawConnection raw, PeerId peer) throws ResourceLimitException {
        boolean isProtected = tags.isProtected(peer);
        @Nullable InetAddress remote = addressOf(raw);
        ConnectionSlots.Slot slot;
        try {
            slot = connections.enter(raw.direction() == Direction.INBOUND, remote, isProtected);
        } catch (ResourceLimitException e) {
            trim();
            throw e;
        }
        raw.channel().closeFuture().addListener(closed -> slot.leave());
        if (isProtected) {
            if (remote != null) {
                tags.seenAt(peer, remote);
            }
            int excess = connections.excess();
            if (excess > 0) {
                trimmer.makeRoom(excess);
            }
        }
    }

    /** There is one more, or one was refused: closes those that have grown old enough since, if there are too many. */
    void trim() {
        trimmer.onCount(connections.count(), connections.inbound());
    }

    /** Null behind a relay, whose address is not the peer's. */
    private static @Nullable InetAddress addressOf(RawConnection raw) {
        return raw.remoteAddress().has(MultiaddrProtocol.P2P_CIRCUIT)
                ? null
                : raw.remoteAddress().ipAddress().orElse(null);
    }
}
