package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotRequest;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What arrives from other nodes, on the threads of the transport, which it never blocks: decodes it once and gives each
 * message to the loop of its group, or drops it if that loop is behind. Whoever speaks of a group that is not here gets
 * the same refusal as an outsider gets from one that is.
 */
final class Inbound {
    private record Stranger(PeerId peer, GenesisId genesis) {}

    /** When strangers were refused last; forgets the oldest. */
    private static final class Refused extends LinkedHashMap<Stranger, Long> {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Stranger, Long> eldest) {
            return size() > STRANGERS_MAX;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);
    private static final int STRANGERS_MAX = 1024;
    private static final long REFUSAL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final NodeContext node;
    private final Map<GenesisId, GroupDriver<?>> groups;
    private final Refused refused = new Refused(); // guarded by itself
    private final SnapshotServer snapshots;
    private final AtomicLong malformed = new AtomicLong();
    private volatile boolean closed;

    /** For those of {@code groups} that are open when something arrives. */
    Inbound(NodeContext node, Map<GenesisId, GroupDriver<?>> groups) {
        this.node = node;
        this.groups = groups;
        this.snapshots = new SnapshotServer(node, this::isMember);
    }

    void listen() {
        node.transport().listen(Lane.CONTROL, this::onFrame);
        node.transport().listen(Lane.REPLICATION, this::onFrame);
        node.transport().acceptStreams(Lane.SNAPSHOT, snapshots::onStream);
    }

    /** Drops everything from now on. */
    void close() {
        closed = true;
        snapshots.close();
    }

    /** How many times a snapshot, or the rest of one, was given to a member. */
    long snapshotsServed() {
        return snapshots.served();
    }

    /** How many frames made no sense. */
    long malformedFrames() {
        return malformed.get();
    }

    private void onFrame(Frame frame) {
        if (closed) {
            return;
        }
        node.meters().count(Metric.FRAMES_RECEIVED);
        node.meters().add(Metric.FRAMES_RECEIVED_BYTES, frame.payload().size());
        Envelope envelope = decode(frame.from(), frame.payload());
        if (envelope == null) {
            return;
        }
        if (envelope.heartbeat() != 0) {
            node.heartbeats().heard(frame.from(), envelope.heartbeat(), node.nowNanos());
        }
        for (Envelope.Addressed addressed : envelope.messages()) {
            GroupDriver<?> group = groups.get(addressed.genesis());
            RaftMessage message = addressed.message();
            if (group == null || group.loopSide().hasLeft()) {
                node.meters().count(Metric.MESSAGES_ASTRAY);
                refuse(frame.from(), addressed.genesis(), message);
            } else if (!offer(group, frame.from(), envelope, message)) {
                node.meters().count(Metric.MESSAGES_OVERRUN);
                LOG.trace("dropped a message from={}: the loop is behind", frame.from());
            }
        }
    }

    /** To the group's loop. False if it is full. */
    private static boolean offer(GroupDriver<?> group, PeerId from, Envelope envelope, RaftMessage message) {
        GroupInbound inbound = group.loopSide().inbound();
        return group.loop()
                .offer(
                        Lanes.sizeBytes(message),
                        () -> inbound.received(from, envelope.storeId(), envelope.featureLevel(), message));
    }

    private @Nullable Envelope decode(PeerId from, Bytes payload) {
        try {
            return MessageCodec.decode(payload);
        } catch (MalformedMessageException e) {
            node.meters().count(Metric.FRAMES_MALFORMED);
            long count = malformed.incrementAndGet();
            if (Long.bitCount(count) == 1) { // the first, the second, the fourth...
                LOG.warn("dropped a malformed frame from={} count={}: {}", from, count, e.getMessage());
            }
            return null;
        }
    }

    /** Refusals and what answers them are not answered, so that two nodes never keep each other busy. */
    private void refuse(PeerId from, GenesisId genesis, RaftMessage message) {
        boolean isAnswered = !(message instanceof RaftMessage.Refusal
                || message instanceof RaftMessage.Introduction
                || message instanceof RaftMessage.Removed);
        if (isAnswered && isDue(new Stranger(from, genesis))) {
            RaftMessage refusal = new RaftMessage.Refusal();
            Envelope envelope = new Envelope(
                    node.storeId(),
                    node.incarnation(),
                    node.featureLevel(),
                    List.of(new Envelope.Addressed(genesis, refusal)));
            node.links().send(from, Lanes.of(refusal), MessageCodec.encode(envelope));
        }
    }

    private boolean isDue(Stranger stranger) {
        long now = node.nowNanos();
        synchronized (refused) {
            Long last = refused.get(stranger);
            if (last != null && now - last < REFUSAL_INTERVAL_NANOS) {
                return false;
            }
            refused.put(stranger, now);
            return true;
        }
    }

    /** Whether a snapshot of that group, if there is one, may be given to that peer. */
    private boolean isMember(PeerId peer, SnapshotRequest request) {
        GroupDriver<?> driver = groups.get(request.genesis());
        GroupLoop<?> group = driver == null ? null : driver.loopSide();
        return group != null
                && group.whyStopped() == null
                && !group.hasLeft()
                && group.view().configuration().contains(peer, request.storeId());
    }
}
