package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Frames and byte streams between libp2p peers. Stands on a host that the caller has made and closes after it; others may
 * use the host for more. Learns where peers are from what they say about themselves and from each other, and keeps it in
 * the address book.
 */
public final class Libp2pTransport implements PeerTransport {
    private static final String TAG = "flotilla"; // of what protects the wanted peers

    private final Host host;
    private final TransportConfig config;
    private final TransportCounters counters = new TransportCounters();
    private final ControlThread control = new ControlThread();
    private final ConnectedPeers connected = new ConnectedPeers();
    private final Addresses addresses;
    private final Redialer redialer;
    private final AddressExchange exchange;
    private final FrameReceivers receivers;
    private final ByteStreams byteStreams;
    private final Map<Way, FrameSender> senders = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Set<PeerId> wanted = Set.of();

    private Libp2pTransport(Host host, AddressBook book, TransportConfig config) {
        this.host = host;
        this.config = config;
        this.addresses = new Addresses(book, control);
        this.redialer = new Redialer(host, addresses, connected, config, control);
        this.exchange = new AddressExchange(host, addresses, redialer, connected, control, counters);
        this.receivers = new FrameReceivers(config, counters);
        this.byteStreams = new ByteStreams(host, control, counters);
    }

    private record Way(PeerId peer, Lane lane) {}

    /** A transport on {@code host}, which listens or will, with the usual bounds. */
    public static Libp2pTransport start(Host host, AddressBook book) {
        return start(host, book, TransportConfig.defaults());
    }

    /**
     * A transport on {@code host}, at most one at a time.
     *
     * @throws IllegalArgumentException if the host carries a transport already
     */
    public static Libp2pTransport start(Host host, AddressBook book, TransportConfig config) {
        Libp2pTransport transport = new Libp2pTransport(host, book, config);
        host.handle(FrameSender.PROTOCOL, transport.receivers);
        host.handle(ByteStreams.PROTOCOL, transport.byteStreams);
        host.handle(AddressExchange.PROTOCOL, transport.exchange);
        host.addListener(transport.new Connections());
        host.onAddressesChanged(() -> transport.control.execute(transport.exchange::ownAddressesChanged));
        for (Connection connection : host.connections()) {
            transport.control.execute(() -> transport.opened(connection));
        }
        return transport;
    }

    /** Passes what the host tells on to the control thread. */
    private final class Connections implements ConnectionListener {
        @Override
        public void opened(Connection connection) {
            control.execute(() -> Libp2pTransport.this.opened(connection));
        }

        @Override
        public void identified(Connection connection) {
            control.execute(() -> {
                if (redialer.isWanted(connection.remotePeerId())) {
                    learn(connection);
                }
            });
        }

        @Override
        public void superseded(Connection connection) {
            control.execute(() -> sendersTo(connection.remotePeerId(), sender -> sender.superseded(connection)));
        }

        @Override
        public void closed(Connection connection, boolean closedByPeer) {
            control.execute(() -> Libp2pTransport.this.closed(connection, closedByPeer));
        }
    }

    /** A limited connection is none: frames would use up what the relay allows, and soon break off (libp2p spec, relay). */
    private void opened(Connection connection) {
        PeerId peer = connection.remotePeerId();
        if (!connection.isLimited() && connected.add(connection)) {
            redialer.connected(peer);
            sendersTo(peer, FrameSender::connected);
            connected.tellConnected(peer);
            exchange.ask(peer);
        }
    }

    private void closed(Connection connection, boolean closedByPeer) {
        PeerId peer = connection.remotePeerId();
        if (connected.remove(connection)) {
            sendersTo(peer, FrameSender::lost);
            connected.tellLost(peer, closedByPeer);
            redialer.lost(peer, closedByPeer);
        }
    }

    private void sendersTo(PeerId peer, Consumer<FrameSender> action) {
        senders.values().stream().filter(sender -> sender.peer().equals(peer)).forEach(action);
    }

    /** Keeps what a connection to a wanted peer tells about its addresses. */
    private void learn(Connection connection) {
        PeerId peer = connection.remotePeerId();
        if (connection.direction() == Direction.OUTBOUND) {
            addresses.reached(peer, connection.remoteAddress());
        }
        connection.peerInfo().ifPresent(info -> addresses.seen(peer, info.listenAddresses()));
    }

    @Override
    public PeerId localPeerId() {
        return host.peerId();
    }

    @Override
    public int frameBytesMax() {
        return config.frameBytesMax();
    }

    public TransportCounters counters() {
        return counters;
    }

    @Override
    public void keepConnected(Set<PeerId> peers) {
        Set<PeerId> others = new HashSet<>(peers);
        others.remove(host.peerId());
        wanted = Set.copyOf(others);
        control.execute(() -> {
            protect(redialer.wanted(), others);
            redialer.want(others);
            others.forEach(peer -> connected.of(peer).forEach(this::learn));
            exchange.wantedChanged();
        });
    }

    /** Whether a connection to {@code peer} is wanted: {@link #keepConnected} named it last. */
    public boolean isWanted(PeerId peer) {
        return wanted.contains(peer);
    }

    /** However many strangers come, the wanted peers get in. */
    private void protect(Set<PeerId> before, Set<PeerId> now) {
        before.stream().filter(peer -> !now.contains(peer)).forEach(peer -> host.peerTags()
                .unprotect(peer, TAG));
        now.forEach(peer -> host.peerTags().protect(peer, TAG));
    }

    /** Somebody says that {@code peer} is at these addresses; if it is wanted and not connected, it is dialled at once. */
    public void addAddresses(PeerId peer, Collection<Multiaddr> found) {
        control.execute(() -> {
            addresses.seen(peer, found);
            redialer.addressesChanged(peer);
        });
    }

    @Override
    public void connectivity(ConnectivityListener listener) {
        control.execute(() -> connected.listen(listener));
    }

    @Override
    public void listen(Lane lane, Consumer<Frame> receiver) {
        receivers.listen(lane, receiver);
    }

    @Override
    public Outbound connect(PeerId peer, Lane lane) {
        Way way = new Way(peer, lane);
        FrameSender known = senders.get(way);
        if (known != null) {
            return known;
        }
        FrameSender made = new FrameSender(host, peer, lane, config, control, counters, this::forget);
        FrameSender before = senders.putIfAbsent(way, made);
        if (before != null) {
            return before;
        }
        begin(made);
        return made;
    }

    /** Only once it is among the senders: a connection that opens meanwhile is told to it either there or here. */
    private void begin(FrameSender made) {
        PeerId peer = made.peer();
        if (connected.isConnected(peer)) {
            made.expectConnection();
        }
        control.execute(() -> {
            if (connected.isConnected(peer)) {
                made.connected();
            } else {
                made.lost();
            }
        });
    }

    private void forget(FrameSender sender) {
        senders.remove(new Way(sender.peer(), sender.lane()), sender);
    }

    @Override
    public CompletionStage<ByteStream> openStream(PeerId peer, Lane lane) {
        return byteStreams.open(peer, lane);
    }

    @Override
    public void acceptStreams(Lane lane, Consumer<ByteStream> handler) {
        byteStreams.accept(lane, handler);
    }

    /** Ends all streams and the connections to the peers that were wanted; the host lives on. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        host.unhandle(FrameSender.PROTOCOL);
        host.unhandle(ByteStreams.PROTOCOL);
        host.unhandle(AddressExchange.PROTOCOL);
        receivers.close();
        byteStreams.close();
        control.close(() -> {
            Set<PeerId> wanted = redialer.wanted();
            protect(wanted, Set.of());
            redialer.want(Set.of());
            senders.values().forEach(FrameSender::end);
            wanted.forEach(peer -> connected.of(peer).forEach(Connection::close));
        });
        addresses.close();
    }
}
