package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Transport;
import dev.flotilla.libp2p.Upgrader;
import dev.flotilla.transport.PeerId;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Connections over relays, in and out: it listens on {@code RELAY/p2p-circuit}, and dials {@code
 * RELAY/p2p-circuit/p2p/PEER}. The relay itself is always reached directly.
 */
public final class RelayTransport implements Transport {
    private static final String NAME = "relay";

    private final Host host;
    private final Upgrader upgrader;
    private final Set<RelayListener> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean listening = new AtomicBoolean();

    public RelayTransport(Host host, Upgrader upgrader) {
        this.host = host;
        this.upgrader = upgrader;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean canDial(Multiaddr address) {
        return CircuitAddress.of(address).isPresent();
    }

    @Override
    public boolean canListen(Multiaddr address) {
        return CircuitAddress.of(address)
                .filter(place -> !place.relay().equals(upgrader.identity().peerId()))
                .isPresent();
    }

    /**
     * Keeps a reservation at the relay, from the first attempt on: the future completes when that has ended, however it
     * did, since a relay that is away now may be back soon. Until there is a reservation the listener has no address.
     */
    @Override
    public CompletableFuture<Listener> listen(Multiaddr address) {
        if (listening.compareAndSet(false, true)) {
            host.handle(CircuitMessages.STOP, new StopHandler(this));
            host.addListener(new ConnectionListener() {
                @Override
                public void closed(Connection connection, boolean closedByPeer) {
                    listeners.forEach(listener -> listener.lost(connection.remotePeerId()));
                }
            });
        }
        RelayListener listener = new RelayListener(
                host,
                CircuitAddress.of(address).orElseThrow(),
                upgrader.eventLoops().next(),
                this::remove);
        add(listener);
        return listener.start();
    }

    /** The circuits of members ride on the connection to the relay: it is protected as they are. */
    private synchronized void add(RelayListener listener) {
        listeners.add(listener);
        host.peerTags().protect(listener.relay(), NAME);
    }

    private synchronized void remove(RelayListener listener) {
        listeners.remove(listener);
        if (!isListeningAt(listener.relay())) {
            host.peerTags().unprotect(listener.relay(), NAME);
        }
    }

    /** Whether a place is wanted at {@code relay}: only such a one may bring connections. */
    boolean isListeningAt(PeerId relay) {
        return listeners.stream().anyMatch(listener -> listener.relay().equals(relay));
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop) {
        CircuitAddress place = CircuitAddress.of(address).orElseThrow();
        if (place.relay().equals(peer) || place.relay().equals(host.peerId())) {
            return CompletableFuture.failedFuture(new IOException(
                    "the relay is " + (place.relay().equals(peer) ? "the peer" : "this peer") + " itself"));
        }
        CompletableFuture<Connection> dialled = new CompletableFuture<>();
        host.connect(
                        place.relay(),
                        place.dialled(),
                        DialOptions.defaults().withDirectForced().withListenPort())
                .thenCompose(relay -> HopClient.connect(relay, peer)
                        .thenCompose(opened -> upgradeDialled(relay, opened, place, peer, dialled)))
                .whenComplete((connection, failure) -> {
                    if (failure == null) {
                        dialled.complete(connection);
                    } else {
                        dialled.completeExceptionally(CircuitMessages.cause(failure));
                    }
                });
        return dialled;
    }

    private CompletableFuture<Connection> upgradeDialled(
            Connection relay,
            HopClient.Opened opened,
            CircuitAddress place,
            PeerId peer,
            CompletableFuture<Connection> dialled) {
        dialled.whenComplete((connection, failure) -> {
            if (failure != null) {
                opened.stream().reset();
            }
        });
        return upgrade(
                opened.stream(),
                new RawConnection(
                        NAME,
                        opened.stream().channel(),
                        Direction.OUTBOUND,
                        relay.localAddress().encapsulate(CircuitAddress.CIRCUIT),
                        place.toMultiaddr(),
                        peer,
                        opened.limited()));
    }

    /** A connection of {@code source}, which {@code stop}'s peer relays. */
    CompletableFuture<Connection> accept(Stream stop, PeerId source, boolean limited) {
        Connection relay = stop.connection();
        Multiaddr place = relay.remoteAddress().withPeerId(relay.remotePeerId()).encapsulate(CircuitAddress.CIRCUIT);
        Multiaddr local = relay.localAddress().encapsulate(CircuitAddress.CIRCUIT);
        return upgrade(stop, new RawConnection(NAME, stop.channel(), Direction.INBOUND, local, place, source, limited));
    }

    /** From now on the stream is the raw connection, with the bytes of it that came along with the last message. */
    private CompletableFuture<Connection> upgrade(Stream stream, RawConnection raw) {
        CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        try {
            raw.channel().eventLoop().execute(() -> {
                if (!stream.isOpen()) {
                    upgraded.completeExceptionally(new IOException("the relay ended the circuit"));
                    return;
                }
                raw.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false); // as a socket's
                upgrader.upgrade(raw).whenComplete((connection, failure) -> {
                    if (failure == null) {
                        upgraded.complete(connection);
                    } else {
                        upgraded.completeExceptionally(failure);
                    }
                });
                if (stream.isOpen()) {
                    stream.handOver(true);
                }
            });
        } catch (RejectedExecutionException e) {
            upgraded.completeExceptionally(new IOException("the host is closed", e));
        }
        return upgraded;
    }

    @Override
    public void close() {
        listeners.forEach(RelayListener::close);
    }
}
