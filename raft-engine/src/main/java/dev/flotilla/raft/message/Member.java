package dev.flotilla.raft.message;

import dev.flotilla.transport.PeerId;

/**
 * A member of a group, as a configuration names it.
 *
 * @param peerId who
 * @param storeId with which data directory; what comes from another one counts for nothing
 * @param role what it may do
 * @param promotable for a learner: whether the leader makes it a voter once it has caught up
 */
public record Member(PeerId peerId, StoreId storeId, Role role, boolean promotable) {
    /** What a member may do. The number goes to disk and wire. */
    public enum Role {
        /** Decides. */
        VOTER(0),
        /** Receives the log; counts in no quorum. */
        LEARNER(1);

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
        if (promotable && role != Role.LEARNER) {
            throw new IllegalArgumentException("only a learner is promotable, not " + role);
        }
    }

    public static Member voter(PeerId peerId, StoreId storeId) {
        return new Member(peerId, storeId, Role.VOTER, false);
    }

    public static Member learner(PeerId peerId, StoreId storeId, boolean promotable) {
        return new Member(peerId, storeId, Role.LEARNER, promotable);
    }

    public boolean isVoter() {
        return role == Role.VOTER;
    }
}
