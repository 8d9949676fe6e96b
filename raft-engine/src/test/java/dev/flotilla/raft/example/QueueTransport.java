package dev.flotilla.raft.example;

import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A transport over a message queue: each peer has a topic of its own, and there is one on which each says that it is there.
 * A "connection" is that both have said hello. The sender of a frame is whom the broker knows as its publisher.
 */
final class QueueTransport implements PeerTransport {
    static final int FRAME_BYTES_MAX = 4 << 20;
    private static final String PRESENCE = "presence";

    private final Broker broker;
    private final PeerId self;
    private final long incarnation;
    private final QueueCallbacks callbacks;
    private final BiConsumer<PeerId, Bytes> inbox = this::arrived;
    private final BiConsumer<PeerId, Bytes> presence = this::present;
    private final Map<PeerId, QueueLink> links = new HashMap<>(); // guarded by this; so is all that a link holds
    private volatile Set<PeerId> wanted = Set.of();

    /** @param incarnation larger than at the start before: a counter on disk, or a clock */
    QueueTransport(Broker broker, PeerId self, long incarnation) {
        this.broker = broker;
        this.self = self;
        this.incarnation = incarnation;
        callbacks = new QueueCallbacks("queue-" + self.shortText());
    }

    QueueTransport start() {
        broker.subscribe(topic(self), inbox);
        broker.subscribe(PRESENCE, presence);
        byte[] life = ByteBuffer.allocate(Long.BYTES).putLong(incarnation).array();
        broker.publish(self, PRESENCE, Bytes.wrap(life), () -> {});
        return this;
    }

    private static String topic(PeerId peer) {
        return "peer." + peer;
    }

    boolean publish(PeerId to, QueueMessage message, Runnable delivered) {
        return broker.publish(self, topic(to), message.encode(), delivered);
    }

    long incarnation() {
        return incarnation;
    }

    private synchronized void arrived(PeerId from, Bytes bytes) {
        try {
            link(from).received(QueueMessage.decode(bytes));
        } catch (IllegalArgumentException e) {
            // what is no message is dropped: the topic is open to every peer
        }
    }

    private synchronized void present(PeerId peer, Bytes life) {
        if (life.size() == Long.BYTES) {
            link(peer).present(life.asByteBuffer().getLong());
            dial(peer);
        }
    }

    private synchronized QueueLink link(PeerId peer) {
        return links.computeIfAbsent(peer, made -> new QueueLink(this, peer));
    }

    private synchronized void dial(PeerId peer) {
        if (wanted.contains(peer) && !peer.equals(self) && !link(peer).hello()) {
            callbacks.tell(told -> told.unreachable(peer, "nobody reads the topic " + topic(peer), true));
        }
    }

    QueueCallbacks callbacks() {
        return callbacks;
    }

    @Override
    public PeerId localPeerId() {
        return self;
    }

    @Override
    public int frameBytesMax() {
        return FRAME_BYTES_MAX;
    }

    @Override
    public void keepConnected(Set<PeerId> peers) {
        wanted = Set.copyOf(peers);
        wanted.forEach(this::dial); // who is not there yet is dialled once it says that it is
    }

    @Override
    public void connectivity(ConnectivityListener newListener) {
        callbacks.listener(newListener);
    }

    @Override
    public void listen(Lane lane, Consumer<Frame> receiver) {
        callbacks.receiver(lane, receiver);
    }

    @Override
    public synchronized Outbound connect(PeerId peer, Lane lane) {
        return link(peer).outbound(lane);
    }

    @Override
    public synchronized CompletionStage<ByteStream> openStream(PeerId peer, Lane lane) {
        ByteStream opened = link(peer).open(lane);
        return opened == null
                ? CompletableFuture.failedFuture(new IOException(peer + " is not connected"))
                : CompletableFuture.completedFuture(opened);
    }

    @Override
    public void acceptStreams(Lane lane, Consumer<ByteStream> handler) {
        callbacks.handler(lane, handler);
    }

    @Override
    public synchronized void close() {
        broker.unsubscribe(PRESENCE, presence);
        broker.unsubscribe(topic(self), inbox);
        links.values().forEach(QueueLink::close);
    }
}
