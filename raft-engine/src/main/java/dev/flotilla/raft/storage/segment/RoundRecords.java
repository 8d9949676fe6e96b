package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.segment.RecordHead.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a round, which has been checked, into records: the entries in their order, and at the end one record for each
 * group whose hard state or base is another then, or whose log lost its end.
 */
final class RoundRecords {
    private final LogIndex index;
    private final List<LogRecord> records = new ArrayList<>();
    private final Set<GenesisId> restated = new HashSet<>();
    private final Map<GenesisId, Long> replacedFrom = new HashMap<>(); // by this round

    private RoundRecords(LogIndex index) {
        this.index = index;
    }

    /**
     * The records of {@code round}.
     *
     * @param after what each group is after the round
     * @throws IllegalArgumentException if a repair does not fit to the entry that it repairs
     */
    static List<LogRecord> of(List<GroupWrite> round, Map<GenesisId, Optional<StoredGroup>> after, LogIndex index) {
        RoundRecords of = new RoundRecords(index);
        round.forEach(of::add);
        after.forEach(of::addGroup);
        return of.records;
    }

    private void add(GroupWrite write) {
        if (write instanceof GroupWrite.Append append) {
            append.entries().forEach(entry -> records.add(LogRecord.entry(Kind.ENTRY, append.genesis(), entry)));
            if (!append.entries().isEmpty()) {
                replaced(append.genesis(), append.entries().get(0).index());
            }
        } else if (write instanceof GroupWrite.Rebase rebase) {
            restated.add(rebase.genesis());
            replaced(rebase.genesis(), rebase.keepLog() ? Long.MAX_VALUE : 0);
        } else if (write instanceof GroupWrite.Repair repair) {
            repair.entries().forEach(entry -> repair(repair.genesis(), entry));
        } else if (write instanceof GroupWrite.Delete delete) {
            restated.add(delete.genesis());
            replaced(delete.genesis(), 0);
            if (index.group(delete.genesis()) != null || hasRecords(delete.genesis())) {
                records.add(LogRecord.delete(delete.genesis()));
            }
        } else if (write instanceof GroupWrite.Put put) {
            records.add(LogRecord.table(new TableKey(put.table(), put.key()), put.value()));
        } else if (!(write instanceof GroupWrite.Compact)) { // the group's record says it
            throw new AssertionError("unhandled write: " + write);
        }
    }

    private boolean hasRecords(GenesisId genesis) {
        return records.stream().anyMatch(record -> record.genesis().equals(genesis));
    }

    private void replaced(GenesisId genesis, long fromIndex) {
        replacedFrom.merge(genesis, fromIndex, Math::min);
    }

    private void repair(GenesisId genesis, Entry entry) {
        GroupIndex group = index.group(genesis);
        EntryId damaged = group == null ? null : group.damaged(entry.index());
        if (entry.index() >= replacedFrom.getOrDefault(genesis, Long.MAX_VALUE)) {
            if (isHollowInRound(genesis, entry)) {
                records.add(LogRecord.entry(Kind.COPY, genesis, entry));
            }
        } else if (damaged != null && !damaged.equals(entry.id())) {
            throw new IllegalArgumentException("entry " + entry.id() + " cannot repair entry " + damaged);
        } else if (damaged != null || (group != null && group.isWithoutPayload(entry.index()))) {
            records.add(LogRecord.entry(Kind.COPY, genesis, entry));
        }
    }

    /** What this round itself writes is not damaged, but may have come without its command. */
    private boolean isHollowInRound(GenesisId genesis, Entry entry) {
        return records.stream()
                .anyMatch(record -> record.genesis().equals(genesis)
                        && record.id().equals(entry.id())
                        && record.payload().isEmpty());
    }

    private void addGroup(GenesisId genesis, Optional<StoredGroup> after) {
        if (after.isEmpty()) {
            return;
        }
        GroupIndex group = index.group(genesis);
        StoredGroup before = group == null ? null : group.stored();
        StoredGroup now = after.get();
        boolean same = before != null
                && before.hardState().equals(now.hardState())
                && before.base().equals(now.base());
        if (!same || restated.contains(genesis)) {
            records.add(LogRecord.group(genesis, now));
        }
    }
}
