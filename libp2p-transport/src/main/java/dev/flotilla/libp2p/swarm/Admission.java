package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.RawConnection;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many connections there are, handshakes included, and whether there is room for another inbound one: in all, under
 * way, and of one address. Thread-safe.
 */
final class Admission {
    private final HostConfig config;
    private final AtomicInteger halfOpen = new AtomicInteger(); // inbound handshakes under way
    private final AtomicInteger connections = new AtomicInteger(); // of both directions, handshakes included
    private final AddressQuota halfOpenByAddress;
    private final AddressQuota inboundByAddress;

    Admission(HostConfig config) {
        this.config = config;
        this.halfOpenByAddress = new AddressQuota(part(config.halfOpenMax()));
        this.inboundByAddress = new AddressQuota(part(config.connectionsMax()));
    }

    /** What one address may have of {@code max}: enough for a few peers behind one router. */
    private static int part(int max) {
        return Math.max(1, max / 4);
    }

    /** Whether there is room for an inbound connection; its place is taken until its channel closes. */
    boolean admit(RawConnection raw, CompletableFuture<?> upgraded) {
        @Nullable InetAddress remote = addressOf(raw);
        if (connections.get() >= config.connectionsMax() || halfOpen.get() >= config.halfOpenMax()) {
            return false;
        }
        if (!inboundByAddress.enter(remote)) {
            return false;
        }
        if (!halfOpenByAddress.enter(remote)) {
            inboundByAddress.leave(remote);
            return false;
        }
        halfOpen.incrementAndGet();
        raw.channel().closeFuture().addListener(done -> inboundByAddress.leave(remote));
        upgraded.whenComplete((done, failure) -> {
            halfOpen.decrementAndGet();
            halfOpenByAddress.leave(remote);
        });
        return true;
    }

    /** Counts a connection of either direction until its channel closes. */
    void count(Channel channel) {
        connections.incrementAndGet();
        channel.closeFuture().addListener(done -> connections.decrementAndGet());
    }

    /** Null behind a relay, whose address is not the peer's. */
    private static @Nullable InetAddress addressOf(RawConnection raw) {
        return raw.remoteAddress().has(MultiaddrProtocol.P2P_CIRCUIT)
                ? null
                : raw.remoteAddress().ipAddress().orElse(null);
    }
}
