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
    private boolean diskFull;
    private int featureLevel;

    /** The node of that name, which is the {@code number}th of its cluster, from 0; its software knows that level. */
    SimNode(String name, int number, int featureLevel) {
        this.featureLevel = featureLevel;
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
            makeRoom(); // whoever starts it again does that first
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

    /** Whether it refuses every write. */
    boolean isDiskFull() {
        return diskFull;
    }

    void fillDisk() {
        diskFull = true;
    }

    void makeRoom() {
        diskFull = false;
    }

    /** The newest feature level that its software knows. */
    int featureLevel() {
        return featureLevel;
    }

    void upgrade(int level) {
        featureLevel = level;
    }

    @Override
    public String toString() {
        return name;
    }
}
