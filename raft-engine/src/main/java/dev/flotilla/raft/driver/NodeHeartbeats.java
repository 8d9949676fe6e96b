package dev.flotilla.raft.driver;

import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Which other nodes live, for the quiet groups of this one (design section 4): one heartbeat between each two nodes that
 * rely on each other, whatever the number of groups. A heartbeat carries an incarnation, drawn when its node started and
 * raised when a group ended there that others may rely on while they are quiet. A node is lost when it was not heard of in
 * time, when its connection broke, or when its incarnation is another one. Thread-safe.
 */
public final class NodeHeartbeats {
    private record Heard(long incarnation, long atNanos) {}

    private final long intervalNanos;
    private final long timeoutNanos;
    private final Consumer<PeerId> onLost;
    private final Map<PeerId, Heard> heard = new HashMap<>(); // guarded by this
    private final Map<PeerId, Integer> reliedOn = new HashMap<>(); // guarded by this; by how many groups
    private long incarnation; // guarded by this
    private long tickedNanos; // guarded by this

    /**
     * Nobody heard yet.
     *
     * @param incarnation drawn at random, not 0
     * @param onLost told, on any thread, of a node that is lost and may be relied on
     */
    public NodeHeartbeats(
            long incarnation, long intervalNanos, long timeoutNanos, long nowNanos, Consumer<PeerId> onLost) {
        this.incarnation = incarnation;
        this.intervalNanos = intervalNanos;
        this.timeoutNanos = timeoutNanos;
        this.onLost = onLost;
        this.tickedNanos = nowNanos;
    }

    /** This node's incarnation now; never 0. */
    public synchronized long incarnation() {
        return incarnation;
    }

    /** A group ended here whose members elsewhere may be quiet and rely on this node: they must not go on to. */
    synchronized void renew() {
        incarnation++;
        if (incarnation == 0) {
            incarnation++;
        }
    }

    /**
     * A group relies on {@code now} in place of {@code before}: the incarnations that it was told of. Says which of them
     * are lost already; whoever is lost later is told of. A node that was never heard of counts as heard of now: it has
     * just spoken.
     */
    synchronized Set<PeerId> watch(Set<PeerId> before, Map<PeerId, Long> now, long nowNanos) {
        before.forEach(peer -> reliedOn.computeIfPresent(peer, (p, groups) -> groups == 1 ? null : groups - 1));
        heard.keySet().removeIf(peer -> !reliedOn.containsKey(peer) && !now.containsKey(peer));
        Set<PeerId> lost = new TreeSet<>();
        now.forEach((peer, expected) -> {
            reliedOn.merge(peer, 1, Integer::sum);
            Heard known = heard.computeIfAbsent(peer, p -> new Heard(expected, nowNanos));
            if (known.incarnation != expected) {
                lost.add(peer);
            }
        });
        return lost;
    }

    /** A heartbeat of {@code peer} arrived. Who is relied on by nobody is not remembered. */
    public void heard(PeerId peer, long theirs, long nowNanos) {
        boolean isAnother;
        synchronized (this) {
            if (!reliedOn.containsKey(peer)) {
                return;
            }
            Heard known = heard.put(peer, new Heard(theirs, nowNanos));
            isAnother = known != null && known.incarnation != theirs;
        }
        if (isAnother) {
            onLost.accept(peer);
        }
    }

    /** The last connection to {@code peer} broke. */
    public void disconnected(PeerId peer) {
        boolean was;
        synchronized (this) {
            was = heard.remove(peer) != null;
        }
        if (was) {
            onLost.accept(peer);
        }
    }

    /** Between two calls of {@link #tick}. */
    public long intervalNanos() {
        return intervalNanos;
    }

    /** Looks who is late, and says to whom a heartbeat is due. If this node was asleep itself nobody is late yet. */
    public List<PeerId> tick(long nowNanos) {
        List<PeerId> lost = new ArrayList<>();
        List<PeerId> relied;
        synchronized (this) {
            boolean wasAsleep = nowNanos - tickedNanos > timeoutNanos / 2;
            tickedNanos = nowNanos;
            if (wasAsleep) {
                heard.replaceAll((peer, known) -> new Heard(known.incarnation, nowNanos));
            }
            new TreeMap<>(heard).forEach((peer, known) -> {
                if (nowNanos - known.atNanos > timeoutNanos) {
                    heard.remove(peer);
                    lost.add(peer);
                }
            });
            relied = List.copyOf(new TreeSet<>(reliedOn.keySet()));
        }
        lost.forEach(onLost);
        return relied;
    }
}
