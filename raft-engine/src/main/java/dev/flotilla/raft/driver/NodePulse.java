package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends this node's heartbeats, and has it looked who is late: an alarm of the node's first loop. A node of which a loop
 * does not turn sends none, so that quiet groups do not rely on it. Looks after callbacks that are held up as well.
 */
final class NodePulse {
    private final NodeContext node;
    private final List<EventLoop> loops;
    private final EventLoop first;
    private final Alarm alarm;
    private final AtomicInteger awaited = new AtomicInteger(); // loops that have not turned since the last beat

    NodePulse(NodeContext node, List<EventLoop> loops) {
        this.node = node;
        this.loops = loops;
        this.first = loops.get(0);
        this.alarm = first.alarm(this::beat);
    }

    void start() {
        first.execute(this::beat);
    }

    private void beat() {
        node.threads().callbacks().lookAfter();
        long now = node.nowNanos();
        List<PeerId> relied = node.heartbeats().tick(now);
        if (awaited.get() == 0) {
            if (!relied.isEmpty()) {
                send(relied);
            }
            awaited.set(loops.size());
            loops.forEach(loop -> loop.execute(awaited::decrementAndGet));
        }
        first.set(alarm, now + node.heartbeats().intervalNanos());
    }

    private void send(List<PeerId> peers) {
        Bytes frame = MessageCodec.encode(new Envelope(
                node.storeId(), node.incarnation(), node.heartbeats().incarnation(), node.featureLevel(), List.of()));
        peers.forEach(peer -> node.links().send(peer, Lane.CONTROL, frame));
    }
}
