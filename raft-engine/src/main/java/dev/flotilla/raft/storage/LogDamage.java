package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.DamagedEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * What of one group's log cannot be read any longer although it was acknowledged. Who has damage may vote as long as its
 * hard state is intact, since the terms and indexes are; it must not campaign, and must not count as having the damaged
 * entries, until they are put back by {@link LogStorage.GroupWrite.Repair} or replaced by an append.
 *
 * @param hardStateLost the group counts as wiped: nothing but {@link LogStorage.GroupWrite.Delete} is taken for it
 * @param entries the damaged ones in order of their index; who they are is intact, what they hold is not
 */
public record LogDamage(boolean hardStateLost, List<DamagedEntry> entries) {
    public static final LogDamage NONE = new LogDamage(false, List.of());

    public LogDamage {
        entries = List.copyOf(entries);
    }

    /** Indexes without a gap, both ends inclusive. */
    public record Range(long firstIndex, long lastIndex) {
        /** {@code 4..5}, or {@code 8}. */
        @Override
        public String toString() {
            return firstIndex == lastIndex ? Long.toString(firstIndex) : firstIndex + ".." + lastIndex;
        }
    }

    public boolean isNone() {
        return !hardStateLost && entries.isEmpty();
    }

    /** The damaged indexes as ranges, in order. */
    public List<Range> ranges() {
        return ranges(entries);
    }

    /** The indexes of {@code entries}, which are in order, as ranges. */
    public static List<Range> ranges(List<DamagedEntry> entries) {
        List<Range> ranges = new ArrayList<>();
        for (DamagedEntry entry : entries) {
            long index = entry.index();
            int newest = ranges.size() - 1;
            if (newest >= 0 && ranges.get(newest).lastIndex() == index - 1) {
                ranges.set(newest, new Range(ranges.get(newest).firstIndex(), index));
            } else {
                ranges.add(new Range(index, index));
            }
        }
        return ranges;
    }
}
