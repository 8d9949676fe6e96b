package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What every group will be after a round: checks a round as a whole before any of it is stored. */
public final class RoundPlan {
    private RoundPlan() {}

    /**
     * The groups that {@code round} touches, as they are after it; empty for one that is gone.
     *
     * @param stored what is stored of a group before the round
     * @throws IllegalArgumentException if a write does not fit to what is stored
     */
    public static Map<GenesisId, Optional<StoredGroup>> of(
            List<GroupWrite> round, Function<GenesisId, Optional<StoredGroup>> stored) {
        Map<GenesisId, Optional<StoredGroup>> after = new HashMap<>();
        for (GroupWrite write : round) {
            if (write instanceof GroupWrite.Append append) {
                StoredGroup group = current(after, append.genesis(), stored).orElse(StoredGroup.EMPTY);
                after.put(append.genesis(), Optional.of(group.after(append)));
            } else if (write instanceof GroupWrite.Rebase rebase) {
                StoredGroup group = current(after, rebase.genesis(), stored).orElse(StoredGroup.EMPTY);
                after.put(rebase.genesis(), Optional.of(group.after(rebase)));
            } else if (write instanceof GroupWrite.Compact compact) {
                after.put(
                        compact.genesis(),
                        current(after, compact.genesis(), stored).map(group -> group.after(compact)));
            } else if (write instanceof GroupWrite.Repair repair) {
                StoredGroup group = current(after, repair.genesis(), stored)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "there is no group " + repair.genesis() + " to be repaired"));
                after.put(repair.genesis(), Optional.of(group.after(repair)));
            } else if (write instanceof GroupWrite.Delete delete) {
                after.put(delete.genesis(), Optional.empty());
            } else if (write instanceof GroupWrite.Put put) {
                checkName(put.table());
            } else {
                throw new AssertionError("unhandled write: " + write);
            }
        }
        return after;
    }

    private static void checkName(String table) {
        if (table.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a table's name has no control characters, got '" + table + "'");
        }
    }

    private static Optional<StoredGroup> current(
            Map<GenesisId, Optional<StoredGroup>> after,
            GenesisId genesis,
            Function<GenesisId, Optional<StoredGroup>> stored) {
        return after.containsKey(genesis) ? after.get(genesis) : stored.apply(genesis);
    }
}
