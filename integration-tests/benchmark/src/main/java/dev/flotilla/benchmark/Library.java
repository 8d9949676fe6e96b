package dev.flotilla.benchmark;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The libraries that are compared. */
enum Library {
    FLOTILLA("flotilla", 10_000),
    /** A hundred groups have 3,800 threads and 11 GB; ten times as many are more than most machines have. */
    SOFAJRAFT("sofajraft", 100),
    /** One group is one channel, with ports, threads and failure detectors of its own. */
    JGROUPS_RAFT("jgroups-raft", 1),
    RATIS("ratis", 1_000),
    /** hashicorp/raft between hosts of go-libp2p; its peers are {@link GoPeer}'s. */
    HASHICORP_RAFT("hashicorp-raft", 1);

    private final String title;
    private final int groupsMax;

    Library(String title, int groupsMax) {
        this.title = title;
        this.groupsMax = groupsMax;
    }

    /** Whether its snapshots are measured: not those that are kept in memory, or need a log of many segments before them. */
    boolean snapshots() {
        return this == FLOTILLA || this == SOFAJRAFT;
    }

    /** How many groups its peers are given at most. */
    int groupsMax() {
        return groupsMax;
    }

    /**
     * The library of that title.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Library parse(String title) {
        return Arrays.stream(values())
                .filter(library -> library.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no contender '" + title + "'; there are "
                        + Arrays.stream(values()).map(Library::toString).collect(Collectors.joining(", "))));
    }

    /** Whether its peers are written in Go. */
    boolean isGo() {
        return this == HASHICORP_RAFT;
    }

    /** Whether its peers can do {@code workload} at all. */
    boolean takesPart(Workload workload) {
        return !isGo() || (workload != Workload.READS && workload != Workload.SNAPSHOT);
    }

    Contender newContender() {
        return switch (this) {
            case FLOTILLA -> new FlotillaContender();
            case SOFAJRAFT -> new SofaJraftContender();
            case JGROUPS_RAFT -> new JgroupsRaftContender();
            case RATIS -> new RatisContender();
            case HASHICORP_RAFT -> throw new IllegalArgumentException(this + " is no library of the JVM");
        };
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return title;
    }
}
