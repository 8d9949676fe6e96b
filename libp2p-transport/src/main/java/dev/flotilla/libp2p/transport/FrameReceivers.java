package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.transport.TransportCounters.Event;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the frame streams that peers open and gives their frames to the receivers of the lanes. Of the streams of one
 * peer and lane the newest counts: what still comes on an older one is dropped, so that nothing comes out of order.
 * Thread-safe.
 */
final class FrameReceivers implements StreamHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FrameReceivers.class);

    private final int frameBytesMax;
    private final TransportCounters counters;
    private final Map<Lane, Consumer<Frame>> receivers = new ConcurrentHashMap<>();
    private final Map<Way, Gate> gates = new ConcurrentHashMap<>();
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    FrameReceivers(TransportConfig config, TransportCounters counters) {
        this.frameBytesMax = config.frameBytesMax();
        this.counters = counters;
    }

    private record Way(PeerId peer, Lane lane) {}

    /** Lets the frames of one stream through at a time. */
    private static final class Gate {
        private @Nullable Stream current; // guarded by this

        /** @return the stream that was current */
        synchronized @Nullable Stream open(Stream stream) {
            Stream before = current;
            current = stream;
            return before;
        }

        synchronized boolean isOpenTo(Stream stream) {
            return stream.equals(current);
        }

        synchronized boolean pass(Stream stream, Runnable delivery) {
            if (stream.equals(current)) {
                delivery.run();
                return true;
            }
            return false;
        }
    }

    void listen(Lane lane, Consumer<Frame> receiver) {
        receivers.put(lane, receiver);
    }

    @Override
    public void onStream(Stream stream) {
        open.add(stream);
        stream.closed().whenComplete((done, failure) -> open.remove(stream));
        if (closed) {
            stream.reset();
            return;
        }
        stream.handOver(true, new FrameHandler(this, stream, frameBytesMax));
    }

    /** The stream has named its lane; false if nobody listens there. */
    boolean admit(Stream stream, Lane lane) {
        if (!receivers.containsKey(lane)) {
            counters.count(Event.STREAM_REFUSED);
            LOG.debug("refused {}: nobody listens to lane {}", stream, lane);
            return false;
        }
        Way way = new Way(stream.remotePeerId(), lane);
        gates.compute(way, (key, known) -> {
            Gate gate = known == null ? new Gate() : known;
            Stream before = gate.open(stream);
            if (before != null) {
                before.reset();
            }
            return gate;
        });
        stream.closed()
                .whenComplete((done, failure) ->
                        gates.computeIfPresent(way, (key, gate) -> gate.isOpenTo(stream) ? null : gate));
        return true;
    }

    void deliver(Stream stream, Lane lane, Bytes payload) {
        Gate gate = gates.get(new Way(stream.remotePeerId(), lane));
        Consumer<Frame> receiver = receivers.get(lane);
        Frame frame = new Frame(stream.remotePeerId(), payload);
        if (gate != null && receiver != null && gate.pass(stream, () -> receiver.accept(frame))) {
            counters.count(Event.FRAME_RECEIVED);
        } else {
            counters.count(Event.FRAME_DROPPED);
        }
    }

    /** The peer broke the protocol. */
    void onViolation(Stream stream, String reason) {
        counters.count(Event.PROTOCOL_ERROR);
        LOG.info("disconnected peer={}, which broke {}: {}", stream.remotePeerId(), stream.protocolId(), reason);
        stream.reset();
        stream.connection().close();
    }

    void close() {
        closed = true;
        open.forEach(Stream::reset);
    }
}
