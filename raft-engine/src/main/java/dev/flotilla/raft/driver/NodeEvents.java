package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.GenesisId;

/** Who listens to all groups of a node. Thread-safe. */
final class NodeEvents {
    private volatile GroupEvent.NodeListener listener = (group, event) -> {};

    void listen(GroupEvent.NodeListener newListener) {
        listener = newListener;
    }

    void happened(GenesisId group, GroupEvent event) {
        listener.happened(group, event);
    }
}
