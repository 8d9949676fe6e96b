package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the groups of one loop send in one round: all messages to one peer on one lane become one frame, or as few as
 * the transport's frame size allows. Belongs to one thread.
 */
final class Outbox {
    /** A group that sends. */
    interface Sender {
        GenesisId genesis();

        /** The store id that this peer has in the group. */
        StoreId storeId();

        /** The newest that this peer admits to in the group. */
        int featureLevel();

        /** {@code message} certainly did not go out. */
        void dropped(RaftMessage message);
    }

    private record Way(PeerId peer, Lane lane, StoreId storeId, int featureLevel) {}

    private record Waiting(Sender sender, RaftMessage message) {}

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final Links links;
    private final long incarnation;
    private final int frameBytesMax;
    private final Meters meters;
    private final Map<Way, List<Waiting>> waiting = new LinkedHashMap<>();
    private long waitingBytes;

    Outbox(Links links, long incarnation, int frameBytesMax, Meters meters) {
        this.meters = meters;
        this.links = links;
        this.incarnation = incarnation;
        this.frameBytesMax = frameBytesMax;
    }

    void add(PeerId to, Sender sender, RaftMessage message) {
        int bytes = Lanes.sizeBytes(message);
        waitingBytes += bytes;
        meters.raise(Metric.OUTBOX_BYTES, bytes);
        waiting.computeIfAbsent(
                        new Way(to, Lanes.of(message), sender.storeId(), sender.featureLevel()),
                        way -> new ArrayList<>())
                .add(new Waiting(sender, message));
    }

    void flush() {
        waiting.forEach(this::pack);
        waiting.clear();
        meters.raise(Metric.OUTBOX_BYTES, -waitingBytes);
        waitingBytes = 0;
    }

    private void pack(Way way, List<Waiting> messages) {
        int from = 0;
        long size = 0;
        for (int i = 0; i < messages.size(); i++) {
            int next = GenesisId.SIZE_BYTES + Lanes.sizeBytes(messages.get(i).message());
            if (i > from && size + next > frameBytesMax) {
                send(way, messages.subList(from, i));
                from = i;
                size = 0;
            }
            size += next;
        }
        send(way, messages.subList(from, messages.size()));
    }

    private void send(Way way, List<Waiting> messages) {
        List<Envelope.Addressed> addressed = messages.stream()
                .map(each -> new Envelope.Addressed(each.sender.genesis(), each.message))
                .toList();
        Bytes frame = MessageCodec.encode(new Envelope(way.storeId, incarnation, way.featureLevel, addressed));
        if (frame.size() <= frameBytesMax) {
            if (!links.send(way.peer, way.lane, frame)) {
                messages.forEach(each -> each.sender.dropped(each.message));
            }
        } else if (messages.size() > 1) { // the estimate was too low
            send(way, messages.subList(0, messages.size() / 2));
            send(way, messages.subList(messages.size() / 2, messages.size()));
        } else {
            LOG.warn(
                    "dropped a message that fits in no frame: to={} bytes={} frameBytesMax={}",
                    way.peer.shortText(),
                    frame.size(),
                    frameBytesMax);
        }
    }
}
