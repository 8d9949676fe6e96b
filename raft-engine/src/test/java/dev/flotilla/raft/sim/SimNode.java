package dev.flotilla.raft.sim;

import dev.flotilla.raft.driver.NodeHeartbeats;
import dev.flotilla.transport.PeerId;
import java.util.function.Consumer;

/** A process on a machine: one identity, one clock, one disk, whichever groups it has. */
final class SimNode {
    private final String name;
    private final PeerId id;
    private final int number;
    private final SimClock clock = new SimClock();
    private boolean up = true;
    private long incarnation;
    private NodeHeartbeats heartbeats; // of its present process
    private Consumer<PeerId> onLost = peer -> {};
    private int diskSlowness = 1;

    /** The node of that name, which is the {@code number}th of its cluster, from 0. */
    SimNode(String name, int number) {
        this.name = name;
        this.id = Names.peer(name);
        this.number = number;
        this.heartbeats = newHeartbeats();
    }

    String name() {
        return name;
    }

    PeerId id() {
        return id;
    }

    int number() {
        return number;
    }

    SimClock clock() {
        return clock;
    }

    /** Whether its process runs. */
    boolean isUp() {
        return up;
    }

    void setUp(boolean running) {
        if (running) {
            heartbeats = newHeartbeats();
        }
        up = running;
    }

    private NodeHeartbeats newHeartbeats() {
        incarnation += 1_000_000;
        long timeout = 2 * SimSettings.ELECTION_TIMEOUT_NANOS;
        return new NodeHeartbeats(incarnation, timeout / 5, timeout, 0, peer -> onLost.accept(peer));
    }

    NodeHeartbeats heartbeats() {
        return heartbeats;
    }

    /** Told of the nodes that it relied on and that are lost. */
    void onLost(Consumer<PeerId> listener) {
        onLost = listener;
    }

    /** By how much its disk is slower than others. */
    int diskSlowness() {
        return diskSlowness;
    }

    void diskSlowness(int factor) {
        diskSlowness = factor;
    }

    @Override
    public String toString() {
        return name;
    }
}
