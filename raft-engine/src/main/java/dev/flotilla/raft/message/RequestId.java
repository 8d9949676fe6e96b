package dev.flotilla.raft.message;

/**
 * Which request of one peer: never used twice, across restarts too.
 *
 * @param incarnation drawn at random when the node starts
 * @param number counts up from 1
 */
public record RequestId(long incarnation, long number) {}
