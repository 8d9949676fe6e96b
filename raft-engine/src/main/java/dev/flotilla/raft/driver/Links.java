package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways to other nodes, which all groups share, and which of them are wanted and there. Thread-safe. */
final class Links implements PeerTransport.ConnectivityListener, AutoCloseable {
    /** Told of connections, on a thread of the transport. */
    interface Listener {
        void connected(PeerId peer);

        void lost(PeerId peer, boolean closedByPeer);

        void unreachable(PeerId peer, boolean refused);
    }

    private record Way(PeerId peer, Lane lane) {}

    private static final Logger LOG = LoggerFactory.getLogger(Links.class);

    private final PeerTransport transport;
    private final Meters meters;
    private final Listener listener;
    private final Map<Way, Outbound> outbounds = new ConcurrentHashMap<>();
    private final Set<PeerId> connected = ConcurrentHashMap.newKeySet();
    private final Map<PeerId, String> unreachable = new ConcurrentHashMap<>(); // why, as it was last logged
    private final Map<GenesisId, Set<PeerId>> wantedBy = new HashMap<>(); // guarded by this
    private final Map<PeerId, Integer> wanting = new HashMap<>(); // guarded by this; by how many groups
    private volatile Set<PeerId> wanted = Set.of();
    private volatile boolean closed;

    Links(PeerTransport transport, Meters meters, Listener listener) {
        this.transport = transport;
        this.meters = meters;
        this.listener = listener;
    }

    /** Gives the frame to the transport, and says whether that took it: Raft sends again what matters. */
    boolean send(PeerId peer, Lane lane, Bytes frame) {
        if (closed) {
            return false;
        }
        Outbound outbound = outbounds.computeIfAbsent(new Way(peer, lane), way -> transport.connect(peer, lane));
        boolean taken = outbound.trySend(frame);
        if (taken) {
            meters.count(Metric.FRAMES_SENT);
            meters.add(Metric.FRAMES_SENT_BYTES, frame.size());
        } else {
            meters.count(Metric.FRAMES_UNSENT);
            LOG.trace("dropped a frame to={} lane={} bytes={}", peer.shortText(), lane, frame.size());
        }
        return taken;
    }

    boolean isConnected(PeerId peer) {
        return connected.contains(peer);
    }

    /** Why there is no connection to {@code peer}, in words; null if there is one. */
    @Nullable
    String trouble(PeerId peer) {
        if (connected.contains(peer)) {
            return null;
        }
        String reason = unreachable.get(peer);
        return reason == null ? "no connection" : "not reachable: " + reason;
    }

    /** That group wants connections to {@code peers}, an immutable set of others; none if it is empty. */
    synchronized void want(GenesisId group, Set<PeerId> peers) {
        Set<PeerId> before = peers.isEmpty() ? wantedBy.remove(group) : wantedBy.put(group, peers);
        peers.forEach(peer -> wanting.merge(peer, 1, Integer::sum));
        if (before != null) {
            before.forEach(peer -> wanting.computeIfPresent(peer, (p, groups) -> groups == 1 ? null : groups - 1));
        }
        Set<PeerId> union = wanting.keySet();
        if (!union.equals(wanted) && !closed) {
            wanted = Set.copyOf(union);
            transport.keepConnected(wanted);
            unreachable.keySet().retainAll(wanted);
            closeUnused();
        }
    }

    /** Closes the ways to peers that are neither wanted nor connected. */
    private void closeUnused() {
        for (Way way : Set.copyOf(outbounds.keySet())) {
            if (!wanted.contains(way.peer) && !connected.contains(way.peer)) {
                outbounds.computeIfPresent(way, (unused, outbound) -> {
                    outbound.close(); // before anybody can ask the transport for this way again
                    return null;
                });
            }
        }
    }

    @Override
    public void connected(PeerId peer) {
        connected.add(peer);
        unreachable.remove(peer);
        listener.connected(peer);
    }

    @Override
    public void lost(PeerId peer, boolean closedByPeer) {
        connected.remove(peer);
        closeUnused();
        listener.lost(peer, closedByPeer);
    }

    /** Says why, once, and again only if the reason changes. */
    @Override
    public void unreachable(PeerId peer, String reason, boolean refused) {
        if (wanted.contains(peer) && !reason.equals(unreachable.put(peer, reason))) {
            LOG.warn("cannot reach peer={}: {}", peer, reason);
        }
        listener.unreachable(peer, refused);
    }

    @Override
    public void close() {
        closed = true;
        transport.keepConnected(Set.of());
        outbounds.values().forEach(Outbound::close);
        outbounds.clear();
    }
}
