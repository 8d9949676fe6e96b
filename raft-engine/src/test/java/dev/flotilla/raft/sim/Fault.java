package dev.flotilla.raft.sim;

/** What goes wrong, or is asked for at a bad moment. */
enum Fault {
    CRASH(10),
    CRASH_LEADER(5),
    RESTART(20),
    REBOOT(5),
    PARTITION(6),
    ONE_WAY_PARTITION(6),
    PARTIAL_PARTITION(6),
    HEAL(12),
    RECONNECT(3),
    DISCONNECT(3),
    SLOW_DISK(3),
    SKEW_CLOCK(4),
    JUMP_CLOCK(3),
    SET_WALL_CLOCK(2),
    SNAPSHOT(12),
    BEGIN_SNAPSHOT(8),
    END_SNAPSHOT(8),
    DAMAGE(4),
    FULL_DISK(3),
    UPGRADE(6),
    LIE(0),
    ROLL_BACK(0),
    TRANSFER(5),
    INTRUDE(3),
    ADD_MEMBER(8),
    REMOVE_MEMBER(4),
    REMOVE_LEADER(2),
    REPLACE_MEMBERS(3),
    JOIN(6),
    ADMIT_IN_VAIN(4),
    PREFER(6),
    AGREE(4),
    WIPE(1);

    private final int weightMax;

    Fault(int weightMax) {
        this.weightMax = weightMax;
    }

    /** Whether it asks for another membership. */
    boolean changesMembers() {
        return compareTo(ADD_MEMBER) >= 0;
    }

    /** How likely it is at most, beside others. */
    int weightMax() {
        return weightMax;
    }
}
