package dev.flotilla.raft.message;

import dev.flotilla.transport.PeerId;

/**
 * A member of a group, as a configuration names it.
 *
 * @param peerId who
 * @param storeId with which data directory; what comes from another one counts for nothing
 * @param role what it may do
 * @param promotable whether the leader makes a learner a voter once it has caught up; and of a witness, that it counts in
 *     no quorum before it has caught up, like a learner until then
 * @param priority who is to lead rather than others, from -{@link #PRIORITY_MAX} to {@link #PRIORITY_MAX}, 0 unless
 *     somebody asked for another: voters of a lower priority wait longer before they campaign, and hand over to one of a
 *     higher. It never decides a vote. From {@link FeatureLevel#PRIORITIES} on
 */
public record Member(PeerId peerId, StoreId storeId, Role role, boolean promotable, int priority) {
    public static final int PRIORITY_MAX = 100;

    /** What a member may do. The number goes to disk and wire. */
    public enum Role {
        /** Decides. */
        VOTER(0),
        /** Receives the log; counts in no quorum. */
        LEARNER(1),
        /**
         * Decides too, but keeps terms, indexes and configurations alone, no commands and no state: it costs next to
         * nothing, so that two peers with data and a witness survive the loss of one.
         *
         * <p>It never campaigns, is no target of a transfer, and serves neither entries nor snapshots nor reads. Leader
         * completeness (paper §5.4.3) holds nevertheless. Its proof needs two things: a committed entry is, by term and
         * index, in the log of a majority; and whoever wins an election got a vote from one of those, which compared the
         * logs by term and index. A witness does both as any voter. So the winner has the entry in its log; and as it is no
         * witness, its log is whole: only the leader's whole entries come into it. What a witness cannot do is give an
         * entry back. An entry that only a leader and a witness have is lost with that leader's disk, and until that leader
         * is back nobody else is elected. Therefore a witness gets an entry, and counts for it, only when the voters that
         * can be reached have it: see {@code Replication} in {@code raft.core}. And witnesses are never more than the voters in either list of a
         * configuration, so that there is a voter in every majority.
         */
        WITNESS(2);

        private final int number;

        Role(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /**
         * The role of that number.
         *
         * @throws IllegalArgumentException if there is none
         */
        public static Role of(int number) {
            for (Role role : values()) {
                if (role.number == number) {
                    return role;
                }
            }
            throw new IllegalArgumentException("unknown member role " + number);
        }
    }

    public Member {
        if (promotable && role == Role.VOTER) {
            throw new IllegalArgumentException("a voter cannot be promoted any further");
        }
        checkedPriority(priority);
    }

    static int checkedPriority(int priority) {
        if (priority < -PRIORITY_MAX || priority > PRIORITY_MAX) {
            throw new IllegalArgumentException(
                    "a priority must lie in -" + PRIORITY_MAX + ".." + PRIORITY_MAX + ", got " + priority);
        }
        return priority;
    }

    /** The same with another priority. */
    public Member withPriority(int other) {
        return new Member(peerId, storeId, role, promotable, other);
    }

    public static Member voter(PeerId peerId, StoreId storeId) {
        return new Member(peerId, storeId, Role.VOTER, false, 0);
    }

    public static Member learner(PeerId peerId, StoreId storeId, boolean promotable) {
        return new Member(peerId, storeId, Role.LEARNER, promotable, 0);
    }

    /**
     * A witness.
     *
     * @param promotable whether it has still to catch up before it counts
     */
    public static Member witness(PeerId peerId, StoreId storeId, boolean promotable) {
        return new Member(peerId, storeId, Role.WITNESS, promotable, 0);
    }

    /** Whether it votes and may lead. */
    public boolean isVoter() {
        return role == Role.VOTER;
    }

    public boolean isWitness() {
        return role == Role.WITNESS;
    }

    /** Whether it counts in majorities: a voter, or a witness that has caught up. */
    public boolean votes() {
        return isVoter() || (isWitness() && !promotable);
    }
}
