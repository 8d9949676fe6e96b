package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.limits.Resource;
import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of a host, by peer. When both sides dial at once, two connections come up: both sides then use
 * the one that the smaller peer id dialled, and close the other once it has no streams. Of two that the same side
 * dialled the newer counts, since that side would not have dialled while it held the older, and closes it. Before all that, a direct
 * connection is better than a relayed one (libp2p spec, DCUtR), and any better than one that a relay limits. Thread-safe.
 */
final class ConnectionTable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionTable.class);

    private final PeerId localPeerId;
    private final Comparator<SwarmConnection> rank; // the better first, as both sides see it
    private final Duration duplicateGrace;
    private final int perPeerMax;
    private final HostCounters counters;
    private final List<ConnectionListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<PeerId, List<SwarmConnection>> byPeer =
            new HashMap<>(); // guarded by this; lists: preferred first

    ConnectionTable(PeerId localPeerId, Duration duplicateGrace, int perPeerMax, HostCounters counters) {
        this.localPeerId = localPeerId;
        this.rank = Comparator.comparing(SwarmConnection::isLimited)
                .thenComparing(SwarmConnection::isRelayed)
                .thenComparing(each -> !isDialledBySmaller(each));
        this.duplicateGrace = duplicateGrace;
        this.perPeerMax = perPeerMax;
        this.counters = counters;
    }

    void addListener(ConnectionListener listener) {
        listeners.add(listener);
    }

    /** Takes a new connection; on its event loop. */
    void add(SwarmConnection connection) {
        List<SwarmConnection> superseded;
        List<SwarmConnection> surplus;
        synchronized (this) {
            List<SwarmConnection> ofPeer = byPeer.computeIfAbsent(connection.remotePeerId(), peer -> new ArrayList<>());
            ofPeer.add(0, connection);
            ofPeer.sort(rank); // stable: the newest first
            superseded = List.copyOf(ofPeer.subList(1, ofPeer.size()));
            surplus = List.copyOf(ofPeer.subList(Math.min(perPeerMax, ofPeer.size()), ofPeer.size()));
        }
        LOG.debug("opened {}", connection);
        tell(listener -> listener.opened(connection));
        superseded.forEach(this::supersede);
        surplus.forEach(this::closeSurplus);
    }

    /** Whatever streams it has. */
    private void closeSurplus(SwarmConnection connection) {
        counters.countRefusal(Resource.CONNECTIONS_OF_PEER);
        connection.close(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
    }

    private boolean isDialledBySmaller(SwarmConnection connection) {
        boolean localIsSmaller = localPeerId.compareTo(connection.remotePeerId()) < 0;
        return localIsSmaller == (connection.direction() == Direction.OUTBOUND);
    }

    private void supersede(SwarmConnection connection) {
        connection.channel().eventLoop().execute(() -> {
            if (connection.isOpen() && !connection.isRetiring()) {
                connection.retire();
                tell(listener -> listener.superseded(connection));
                scheduleRetirement(connection);
            }
        });
    }

    private void scheduleRetirement(SwarmConnection connection) {
        connection
                .channel()
                .eventLoop()
                .schedule(() -> retireIfIdle(connection), duplicateGrace.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void retireIfIdle(SwarmConnection connection) {
        if (!connection.isOpen()) {
            return;
        }
        SwarmConnection best = best(connection.remotePeerId()).orElse(connection);
        if (best.equals(connection)) {
            connection.keep(); // the other one broke: this one is needed after all
        } else if (connection.streamCount() == 0 && isToBeClosedHere(connection, best)) {
            connection.close(ErrorCode.SUPPLANTED);
        } else {
            scheduleRetirement(connection);
        }
    }

    /**
     * Two connections that the same side dialled at once may have come up in another order on the other side, which then
     * holds the other one for the better: that each closes the worse must not close both, so it is up to who dialled.
     */
    private boolean isToBeClosedHere(SwarmConnection worse, SwarmConnection better) {
        return worse.direction() == Direction.OUTBOUND || rank.compare(better, worse) != 0;
    }

    /** Forgets a connection that is gone; on its event loop. */
    void remove(SwarmConnection connection) {
        boolean closedByPeer;
        synchronized (this) {
            List<SwarmConnection> ofPeer = byPeer.get(connection.remotePeerId());
            if (ofPeer == null || !ofPeer.remove(connection)) {
                return;
            }
            if (ofPeer.isEmpty()) {
                byPeer.remove(connection.remotePeerId());
            }
            boolean isSuperseded = connection.isRetiring() && ofPeer.stream().anyMatch(SwarmConnection::isOpen);
            closedByPeer = connection.isClosedByPeer() && !isSuperseded;
        }
        LOG.debug("closed {} by {}", connection, closedByPeer ? "peer" : "this side");
        tell(listener -> listener.closed(connection, closedByPeer));
        connection.onClosed();
    }

    void identified(SwarmConnection connection) {
        tell(listener -> listener.identified(connection));
    }

    private void tell(Consumer<ConnectionListener> event) {
        for (ConnectionListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("a connection listener failed", e);
            }
        }
    }

    /** The connection for new streams to {@code peer}. */
    synchronized Optional<SwarmConnection> best(PeerId peer) {
        return byPeer.getOrDefault(peer, List.of()).stream()
                .filter(SwarmConnection::isOpen)
                .findFirst();
    }

    synchronized List<SwarmConnection> all() {
        return byPeer.values().stream().flatMap(List::stream).toList();
    }

    synchronized List<SwarmConnection> of(PeerId peer) {
        return List.copyOf(byPeer.getOrDefault(peer, List.of()));
    }
}
