package dev.flotilla.raft.metrics;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * What a meter is of: the dimensions beside its name.
 *
 * @param group null for the node and all groups without meters of their own
 * @param follower null unless it is of one follower in {@code group}
 */
public record Scope(@Nullable GenesisId group, @Nullable PeerId follower) {
    /** The node, and all groups without meters of their own. */
    public static final Scope NODE = new Scope(null, null);

    public Scope {
        if (group == null && follower != null) {
            throw new IllegalArgumentException("a follower is one in a group");
        }
    }

    public static Scope of(GenesisId group) {
        return new Scope(group, null);
    }

    public static Scope of(GenesisId group, PeerId follower) {
        return new Scope(group, follower);
    }
}
