package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialException;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials each wanted peer until it is connected: at once when it is named, new addresses of it are learned or it closed its
 * connection, soon after a connection was lost otherwise, then with growing delays. Control thread only.
 */
final class Redialer {
    private static final Logger LOG = LoggerFactory.getLogger(Redialer.class);
    // Of a connection that no side closed: both see that, and a random delay keeps them from dialling at one moment.
    private static final Duration AFTER_LOSS_MAX = Duration.ofMillis(50);

    private final Host host;
    private final Addresses addresses;
    private final ConnectedPeers connected;
    private final TransportConfig config;
    private final ControlThread control;
    private final Map<PeerId, Wanted> wanted = new HashMap<>();

    Redialer(Host host, Addresses addresses, ConnectedPeers connected, TransportConfig config, ControlThread control) {
        this.host = host;
        this.addresses = addresses;
        this.connected = connected;
        this.config = config;
        this.control = control;
    }

    /** A peer that a connection is wanted to. */
    private final class Wanted {
        final PeerId peer;
        final Backoff backoff = new Backoff(config.redialDelayMin(), config.redialDelayMax());
        ControlThread.Timer timer = ControlThread.Timer.NONE;
        List<Multiaddr> dialled = List.of(); // with the last dial
        final ProofDials proofs = new ProofDials();
        final Set<String> limitingRelays = new HashSet<>(); // whose connections are useless, while any is open
        boolean dialling;
        String lastReason = "";

        Wanted(PeerId peer) {
            this.peer = peer;
        }

        boolean isCurrent() {
            return equals(wanted.get(peer));
        }

        void dialAfter(Duration delay) {
            timer.cancel();
            timer = control.schedule(delay, this::dial);
        }

        void dial() {
            timer.cancel();
            if (dialling || connected.isConnected(peer) || !isCurrent()) {
                return;
            }
            if (host.connections(peer).isEmpty()) {
                limitingRelays.clear(); // they may do otherwise now
            }
            dialled = addresses.of(peer);
            List<Multiaddr> useful =
                    dialled.stream().filter(each -> !isLimiting(each)).toList();
            if (useful.isEmpty() && !dialled.isEmpty()) {
                dialAfter(backoff.next());
                return;
            }
            dialling = true;
            // the back-off is ignored since this has delays of its own
            host.connect(peer, useful, DialOptions.defaults().withBackoffIgnored())
                    .whenComplete((connection, failure) -> control.execute(() -> {
                        dialling = false;
                        if (failure == null) {
                            onSuccess(connection);
                        } else {
                            onFailure(Failures.cause(failure));
                        }
                    }));
        }

        private boolean isLimiting(Multiaddr address) {
            return address.has(MultiaddrProtocol.P2P_CIRCUIT)
                    && address.valueOf(MultiaddrProtocol.P2P)
                            .filter(limitingRelays::contains)
                            .isPresent();
        }

        private void onSuccess(Connection connection) {
            if (connection.isLimited()) {
                connection.remoteAddress().valueOf(MultiaddrProtocol.P2P).ifPresent(limitingRelays::add);
                onFailure(new IOException("cannot reach " + peer + ": the relay at " + connection.remoteAddress()
                        + " limits its connections, which frames cannot use; use a relay without limits"));
                return;
            }
            lastReason = "";
            if (connection.direction() == Direction.OUTBOUND) {
                addresses.reached(peer, connection.remoteAddress());
            }
            if (!connection.isOpen() && !connected.isConnected(peer)) {
                dialAfter(backoff.next()); // it came and went before it was known
            }
        }

        private void onFailure(Throwable failure) {
            if (!isCurrent() || connected.isConnected(peer)) {
                return;
            }
            boolean refused = failure instanceof DialException dial && dial.isRefused();
            String reason = Failures.message(failure);
            if (!reason.equals(lastReason)) {
                lastReason = reason;
                LOG.debug("{}", reason);
            }
            connected.tellUnreachable(peer, reason, refused);
            if (refused) {
                proofs.end();
            }
            if (addresses.of(peer).equals(dialled)) {
                dialAfter(proofs.nextPause().orElseGet(backoff::next));
            } else {
                dial();
            }
        }
    }

    /** Wants these peers from now on and no others. */
    void want(Set<PeerId> peers) {
        wanted.values().removeIf(known -> {
            if (!peers.contains(known.peer)) {
                known.timer.cancel();
                return true;
            }
            return false;
        });
        for (PeerId peer : peers) {
            wanted.computeIfAbsent(peer, Wanted::new).dial();
        }
    }

    Set<PeerId> wanted() {
        return Set.copyOf(wanted.keySet());
    }

    boolean isWanted(PeerId peer) {
        return wanted.containsKey(peer);
    }

    void connected(PeerId peer) {
        Wanted known = wanted.get(peer);
        if (known != null) {
            known.timer.cancel();
            known.lastReason = "";
            known.proofs.end();
            known.backoff.started();
        }
    }

    /** The last connection is gone. */
    void lost(PeerId peer, boolean closedByPeer) {
        Wanted known = wanted.get(peer);
        if (known != null) {
            Duration regular = known.backoff.next();
            boolean wasStable = regular.compareTo(config.redialDelayMin()) <= 0;
            if (wasStable && closedByPeer) {
                known.proofs.begin();
            }
            long quick = ThreadLocalRandom.current().nextLong(AFTER_LOSS_MAX.toNanos());
            known.dialAfter(known.proofs.nextPause().orElse(wasStable ? Duration.ofNanos(quick) : regular));
        }
    }

    /** Other addresses than before are known of {@code peer}. */
    void addressesChanged(PeerId peer) {
        Wanted known = wanted.get(peer);
        if (known != null) {
            known.dial();
        }
    }
}
