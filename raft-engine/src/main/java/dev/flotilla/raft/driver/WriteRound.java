package dev.flotilla.raft.driver;

import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the groups of one loop want written in one round, and which of their Persists that makes durable. */
final class WriteRound {
    private final List<GroupWrite> writes = new ArrayList<>();
    private final Map<GroupLoop<?>, Long> numbers = new LinkedHashMap<>();

    void add(GroupWrite write) {
        writes.add(write);
    }

    /** Once this round is durable, so is everything of {@code group} up to {@code number}. */
    void completes(GroupLoop<?> group, long number) {
        numbers.merge(group, number, Math::max);
    }

    boolean isEmpty() {
        return writes.isEmpty();
    }

    List<GroupWrite> writes() {
        return writes;
    }

    void tellGroups() {
        numbers.forEach(GroupLoop::onDurable);
    }
}
