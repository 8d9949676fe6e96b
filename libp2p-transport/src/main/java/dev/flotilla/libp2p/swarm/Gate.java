package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionGater;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the application's {@link ConnectionGater}, counts its refusals, and puts them into words. Thread-safe. */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /** The gater refuses a connection. */
    static final class GatedException extends IOException {
        private static final long serialVersionUID = 1;

        private GatedException(String message) {
            super(message);
        }
    }

    private final ConnectionGater gater;
    private final HostCounters counters;

    Gate(ConnectionGater gater, HostCounters counters) {
        this.gater = gater;
        this.counters = counters;
    }

    /** Why {@code peer} is not dialled; empty if it may be. */
    Optional<String> refusesPeerDial(PeerId peer) {
        return refuses("interceptPeerDial", () -> gater.interceptPeerDial(peer));
    }

    /** Why {@code peer} is not dialled at {@code address}; empty if it may be. */
    Optional<String> refusesAddrDial(PeerId peer, Multiaddr address) {
        return refuses("interceptAddrDial", () -> gater.interceptAddrDial(peer, address));
    }

    /** @throws IOException if an inbound connection is not taken */
    void accept(RawConnection raw) throws IOException {
        check(refuses("interceptAccept", () -> gater.interceptAccept(raw.localAddress(), raw.remoteAddress())));
    }

    /** @throws IOException if the peer, now that it is known, is refused */
    void secured(RawConnection raw, SecureSession session) throws IOException {
        check(refuses(
                "interceptSecured",
                () -> gater.interceptSecured(raw.direction(), session.remotePeerId(), raw.remoteAddress())));
    }

    /** @throws IOException if the connection is refused after all */
    void upgraded(Connection connection) throws IOException {
        check(refuses("interceptUpgraded", () -> gater.interceptUpgraded(connection)));
    }

    private static void check(Optional<String> refusal) throws IOException {
        if (refusal.isPresent()) {
            throw new GatedException(refusal.get());
        }
    }

    private Optional<String> refuses(String hook, BooleanSupplier question) {
        boolean permitted = false;
        try {
            permitted = question.getAsBoolean();
        } catch (RuntimeException e) {
            LOG.warn("the connection gater failed in {}, which refuses", hook, e);
        }
        if (permitted) {
            return Optional.empty();
        }
        counters.count(HostCounters.Event.GATED);
        return Optional.of("this side's connection gater refuses it (" + hook + ")");
    }
}
