package dev.flotilla.raft.sim;

/** What goes wrong, or is asked for at a bad moment. */
enum Fault {
    CRASH(10),
    CRASH_LEADER(5),
    RESTART(20),
    PARTITION(6),
    ONE_WAY_PARTITION(6),
    HEAL(12),
    RECONNECT(3),
    SNAPSHOT(12),
    TRANSFER(5),
    ADD_MEMBER(8),
    REMOVE_MEMBER(4),
    REMOVE_LEADER(2),
    REPLACE_MEMBERS(3),
    JOIN(6),
    WIPE(1);

    private final int weightMax;

    Fault(int weightMax) {
        this.weightMax = weightMax;
    }

    int weightMax() {
        return weightMax;
    }
}
