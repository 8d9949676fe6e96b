package dev.flotilla.transport.memory;

import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A network in memory: every peer that joins can be dialled by every other, unless the way between them is cut. */
public final class InMemoryNetwork {
    /** Two peers, whichever dials. */
    private record Pair(PeerId lower, PeerId higher) {
        static Pair of(PeerId one, PeerId other) {
            return one.compareTo(other) < 0 ? new Pair(one, other) : new Pair(other, one);
        }

        boolean has(PeerId peer) {
            return lower.equals(peer) || higher.equals(peer);
        }
    }

    private final Map<PeerId, InMemoryTransport> transports = new TreeMap<>(); // guarded by this, as all below
    private final Set<Pair> cut = new HashSet<>();
    private final Map<Pair, Connection> connections = new HashMap<>();

    /** Dies with its connection; what it carries dies with it. */
    static final class Connection {
        private final Set<InMemoryStream> streams = new HashSet<>();
        private boolean dead;
    }

    /**
     * A transport for {@code peer}. One that was closed may join again.
     *
     * @throws IllegalStateException if it is there already
     */
    public synchronized PeerTransport join(PeerId peer) {
        if (transports.containsKey(peer)) {
            throw new IllegalStateException(peer + " has joined already");
        }
        InMemoryTransport transport = new InMemoryTransport(this, peer);
        transports.put(peer, transport);
        for (InMemoryTransport other : List.copyOf(transports.values())) {
            reconcile(peer, other.localPeerId());
        }
        return transport;
    }

    /** Breaks the connection between the two; no dial gets through until {@link #heal}. */
    public synchronized void cut(PeerId one, PeerId other) {
        cut.add(Pair.of(one, other));
        disconnect(Pair.of(one, other), null);
        tellUnreachable(one, other);
        tellUnreachable(other, one);
    }

    /** {@link #cut}s each of {@code some} off from each of {@code others}. */
    public synchronized void cut(Collection<PeerId> some, Collection<PeerId> others) {
        some.forEach(one -> others.forEach(other -> cut(one, other)));
    }

    /** Lets dials through again. */
    public synchronized void heal(PeerId one, PeerId other) {
        cut.remove(Pair.of(one, other));
        reconcile(one, other);
    }

    /** Heals every cut. */
    public synchronized void heal() {
        for (Pair pair : List.copyOf(cut)) {
            heal(pair.lower, pair.higher);
        }
    }

    synchronized void wants(InMemoryTransport dialler) {
        for (PeerId peer : dialler.wanted()) {
            reconcile(dialler.localPeerId(), peer);
            tellUnreachable(dialler.localPeerId(), peer);
        }
    }

    synchronized void leave(InMemoryTransport leaving) {
        PeerId peer = leaving.localPeerId();
        if (transports.remove(peer, leaving)) {
            for (Pair pair : List.copyOf(connections.keySet())) {
                if (pair.has(peer)) {
                    disconnect(pair, peer);
                }
            }
        }
    }

    /** The live connection between the two; null if there is none. */
    synchronized @Nullable Connection connection(PeerId one, PeerId other) {
        return connections.get(Pair.of(one, other));
    }

    synchronized boolean isAlive(Connection connection) {
        return !connection.dead;
    }

    synchronized @Nullable InMemoryTransport transport(PeerId peer) {
        return transports.get(peer);
    }

    /** The near end of a new stream; null if there is no way to that peer or nobody there takes it. */
    synchronized @Nullable InMemoryStream open(InMemoryTransport from, PeerId to, Lane lane) {
        InMemoryTransport target = transports.get(to);
        Pair pair = Pair.of(from.localPeerId(), to);
        if (target == null || cut.contains(pair) || !transports.containsValue(from)) {
            return null;
        }
        Connection connection = connect(pair);
        InMemoryStream near = InMemoryStream.pair(from, target);
        if (!target.accept(lane, near.otherEnd())) {
            return null;
        }
        connection.streams.add(near);
        return near;
    }

    private void reconcile(PeerId one, PeerId other) {
        InMemoryTransport first = transports.get(one);
        InMemoryTransport second = transports.get(other);
        Pair pair = Pair.of(one, other);
        if (first == null || second == null || one.equals(other) || cut.contains(pair)) {
            return;
        }
        if (first.wanted().contains(other) || second.wanted().contains(one)) {
            connect(pair);
        }
    }

    private Connection connect(Pair pair) {
        Connection present = connections.get(pair);
        if (present != null) {
            return present;
        }
        Connection connection = new Connection();
        connections.put(pair, connection);
        tell(pair.lower, transport -> transport.connected(pair.higher));
        tell(pair.higher, transport -> transport.connected(pair.lower));
        return connection;
    }

    private void disconnect(Pair pair, @Nullable PeerId closer) {
        Connection connection = connections.remove(pair);
        if (connection != null) {
            connection.dead = true;
            connection.streams.forEach(InMemoryStream::reset);
            tell(pair.lower, transport -> transport.lost(pair.higher, pair.higher.equals(closer)));
            tell(pair.higher, transport -> transport.lost(pair.lower, pair.lower.equals(closer)));
        }
    }

    private void tellUnreachable(PeerId dialler, PeerId peer) {
        if (!connections.containsKey(Pair.of(dialler, peer))) {
            boolean there = transports.containsKey(peer);
            String reason = there ? "the way to it is cut" : "no such peer in this network";
            tell(dialler, transport -> transport.unreachable(peer, reason, !there));
        }
    }

    private void tell(PeerId peer, Consumer<InMemoryTransport> message) {
        InMemoryTransport transport = transports.get(peer);
        if (transport != null) {
            message.accept(transport);
        }
    }
}
