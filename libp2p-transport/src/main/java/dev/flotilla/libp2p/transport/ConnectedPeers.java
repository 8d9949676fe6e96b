package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport.ConnectivityListener;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is connected, however many connections there are to one peer, and who is told of it. Control thread only, but for
 * {@link #isConnected}.
 */
final class ConnectedPeers {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectedPeers.class);

    private final Map<PeerId, Set<Connection>> connections = new HashMap<>(); // no empty sets
    private final Set<PeerId> connected = ConcurrentHashMap.newKeySet(); // the keys of connections
    private @Nullable ConnectivityListener listener;

    /** Tells {@code newListener} from now on, first of those who are connected already. */
    void listen(ConnectivityListener newListener) {
        listener = newListener;
        connections.keySet().forEach(this::tellConnected);
    }

    /** @return whether it is the first connection to its peer */
    boolean add(Connection connection) {
        if (!connection.isOpen()) {
            return false; // its end was told before
        }
        PeerId peer = connection.remotePeerId();
        connections.computeIfAbsent(peer, key -> new HashSet<>()).add(connection);
        return connected.add(peer);
    }

    /** @return whether it was the last connection to its peer */
    boolean remove(Connection connection) {
        PeerId peer = connection.remotePeerId();
        Set<Connection> ofPeer = connections.getOrDefault(peer, Set.of());
        if (!ofPeer.contains(connection)) {
            return false;
        }
        ofPeer.remove(connection);
        if (!ofPeer.isEmpty()) {
            return false;
        }
        connections.remove(peer);
        connected.remove(peer);
        return true;
    }

    /** Thread-safe. */
    boolean isConnected(PeerId peer) {
        return connected.contains(peer);
    }

    Set<PeerId> peers() {
        return Set.copyOf(connected);
    }

    Set<Connection> of(PeerId peer) {
        return Set.copyOf(connections.getOrDefault(peer, Set.of()));
    }

    void tellConnected(PeerId peer) {
        tell(told -> told.connected(peer));
    }

    void tellLost(PeerId peer, boolean closedByPeer) {
        tell(told -> told.lost(peer, closedByPeer));
    }

    void tellUnreachable(PeerId peer, String reason, boolean refused) {
        tell(told -> told.unreachable(peer, reason, refused));
    }

    private void tell(Consumer<ConnectivityListener> message) {
        ConnectivityListener told = listener;
        if (told == null) {
            return;
        }
        try {
            message.accept(told);
        } catch (RuntimeException e) {
            LOG.error("the connectivity listener failed", e);
        }
    }
}
