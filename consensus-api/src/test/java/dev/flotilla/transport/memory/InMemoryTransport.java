package dev.flotilla.transport.memory;

import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One peer's end of an {@link InMemoryNetwork}. All its callbacks come on one thread. */
final class InMemoryTransport implements PeerTransport {
    private static final int FRAME_BYTES_MAX = 4 << 20;

    private record Way(PeerId peer, Lane lane) {}

    private final InMemoryNetwork network;
    private final PeerId localPeerId;
    private final ThreadPoolExecutor thread;
    private final Map<Lane, Consumer<Frame>> receivers = new ConcurrentHashMap<>();
    private final Map<Lane, Consumer<ByteStream>> handlers = new ConcurrentHashMap<>();
    private final Map<Way, InMemoryOutbound> outbounds = new ConcurrentHashMap<>();
    private volatile Set<PeerId> wanted = Set.of();
    private volatile @Nullable ConnectivityListener listener;

    InMemoryTransport(InMemoryNetwork network, PeerId localPeerId) {
        this.network = network;
        this.localPeerId = localPeerId;
        this.thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "memory-" + localPeerId.shortText());
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public PeerId localPeerId() {
        return localPeerId;
    }

    @Override
    public int frameBytesMax() {
        return FRAME_BYTES_MAX;
    }

    @Override
    public void keepConnected(Set<PeerId> peers) {
        wanted = Set.copyOf(peers);
        network.wants(this);
    }

    Set<PeerId> wanted() {
        return wanted;
    }

    @Override
    public void connectivity(ConnectivityListener newListener) {
        listener = newListener;
    }

    @Override
    public void listen(Lane lane, Consumer<Frame> receiver) {
        receivers.put(lane, receiver);
    }

    @Override
    public Outbound connect(PeerId peer, Lane lane) {
        return outbounds.computeIfAbsent(new Way(peer, lane), way -> new InMemoryOutbound(network, this, peer, lane));
    }

    void forget(InMemoryOutbound outbound) {
        outbounds.values().remove(outbound);
    }

    @Override
    public CompletionStage<ByteStream> openStream(PeerId peer, Lane lane) {
        InMemoryStream stream = network.open(this, peer, lane);
        return stream == null
                ? CompletableFuture.failedFuture(new IOException("no stream to " + peer + " on " + lane + ": "
                        + "it cannot be reached, or nobody takes it there"))
                : CompletableFuture.completedFuture(stream);
    }

    @Override
    public void acceptStreams(Lane lane, Consumer<ByteStream> handler) {
        handlers.put(lane, handler);
    }

    boolean accept(Lane lane, ByteStream stream) {
        Consumer<ByteStream> handler = handlers.get(lane);
        if (handler != null) {
            execute(() -> handler.accept(stream));
        }
        return handler != null;
    }

    void receive(Lane lane, Frame frame) {
        Consumer<Frame> receiver = receivers.get(lane);
        if (receiver != null) {
            receiver.accept(frame);
        }
    }

    void connected(PeerId peer) {
        tell(told -> told.connected(peer));
        for (Lane lane : Lane.values()) {
            InMemoryOutbound outbound = outbounds.get(new Way(peer, lane));
            if (outbound != null) {
                outbound.wake();
            }
        }
    }

    void lost(PeerId peer, boolean closedByPeer) {
        tell(told -> told.lost(peer, closedByPeer));
    }

    void unreachable(PeerId peer, String reason, boolean refused) {
        tell(told -> told.unreachable(peer, reason, refused));
    }

    private void tell(Consumer<ConnectivityListener> message) {
        execute(() -> {
            ConnectivityListener told = listener;
            if (told != null) {
                message.accept(told);
            }
        });
    }

    /** Runs a callback; after close too, for what was promised must end. */
    void execute(Runnable callback) {
        thread.execute(callback);
    }

    @Override
    public void close() {
        network.leave(this);
    }
}
