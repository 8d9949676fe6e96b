package dev.flotilla.raft.core;

/** What a peer is in its group right now (paper figure 4, thesis §9.6). */
public enum Role {
    FOLLOWER,
    PRE_CANDIDATE,
    CANDIDATE,
    LEADER
}
