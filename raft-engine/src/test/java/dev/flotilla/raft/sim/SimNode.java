package dev.flotilla.raft.sim;

import dev.flotilla.transport.PeerId;

/** A process on a machine: one identity, one clock, one disk, whichever groups it has. */
final class SimNode {
    private final String name;
    private final PeerId id;
    private final int number;
    private final SimClock clock = new SimClock();
    private boolean up = true;
    private int diskSlowness = 1;

    /** The node of that name, which is the {@code number}th of its cluster, from 0. */
    SimNode(String name, int number) {
        this.name = name;
        this.id = Names.peer(name);
        this.number = number;
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
        up = running;
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
