package dev.flotilla.raft.message;

import java.util.List;

/**
 * One frame between two nodes: messages of any number of groups.
 *
 * @param storeId the sender's data directory
 * @param incarnation drawn by the sender when it started
 * @param messages in the order in which they were sent, at least one
 */
public record Envelope(StoreId storeId, long incarnation, List<Addressed> messages) {
    /** A message and its group. */
    public record Addressed(GenesisId genesis, RaftMessage message) {}

    public Envelope {
        messages = List.copyOf(messages);
    }
}
