package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the groups of one loop want written in one round, and which of their Persists that makes durable. */
final class WriteRound {
    private static final int SMALL_BYTES = 16 << 10;

    private final List<GroupWrite> writes = new ArrayList<>();
    private final Map<GroupLoop<?>, Long> numbers = new LinkedHashMap<>();

    void add(GroupWrite write) {
        writes.add(write);
    }

    /** Once this round is durable, so is everything of {@code group} up to {@code number}. */
    void completes(GroupLoop<?> group, long number) {
        numbers.merge(group, number, Math::max);
    }

    /** Whether writing it takes no longer than the flush behind it. */
    boolean isSmall() {
        long bytes = 0;
        for (GroupWrite write : writes) {
            if (!(write instanceof GroupWrite.Append append)) {
                return false;
            }
            for (Entry entry : append.entries()) {
                bytes += entry.sizeBytes();
            }
        }
        return bytes <= SMALL_BYTES;
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
