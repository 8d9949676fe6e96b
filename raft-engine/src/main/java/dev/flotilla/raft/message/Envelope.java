package dev.flotilla.raft.message;

import java.util.List;

/**
 * One frame between two nodes: messages of any number of groups.
 *
 * @param storeId the sender's data directory
 * @param incarnation drawn by the sender when it started
 * @param heartbeat if it is the heartbeat of the sender's node, the node's incarnation as far as its quiet groups are
 *     concerned; else 0
 * @param featureLevel the newest {@link FeatureLevel} that the sender knows
 * @param messages in the order in which they were sent; at least one unless it is a heartbeat
 */
public record Envelope(StoreId storeId, long incarnation, long heartbeat, int featureLevel, List<Addressed> messages) {
    /** A message and its group. */
    public record Addressed(GenesisId genesis, RaftMessage message) {}

    /** No heartbeat. */
    public Envelope(StoreId storeId, long incarnation, int featureLevel, List<Addressed> messages) {
        this(storeId, incarnation, 0, featureLevel, messages);
    }

    public Envelope {
        messages = List.copyOf(messages);
    }
}
