package dev.flotilla.raft.storage.h2;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.h2.mvstore.MVMap;

/** Puts one round, which has been checked, into the maps. */
final class RoundWriter {
    private final H2File file;
    private final Map<GenesisId, StoredGroup> groups;
    private final Map<GenesisId, Integer> numbers;

    RoundWriter(H2File file, Map<GenesisId, StoredGroup> groups, Map<GenesisId, Integer> numbers) {
        this.file = file;
        this.groups = groups;
        this.numbers = numbers;
    }

    void apply(GroupWrite write) {
        if (write instanceof GroupWrite.Append append) {
            append(append);
        } else if (write instanceof GroupWrite.Rebase rebase) {
            int number = number(rebase.genesis());
            removeUpTo(number, rebase.keepLog() ? rebase.base().index() : LogKeys.INDEX_MAX);
        } else if (write instanceof GroupWrite.Compact compact) {
            Integer number = numbers.get(compact.genesis());
            if (number != null) {
                removeUpTo(number, compact.base().index());
            }
        } else if (write instanceof GroupWrite.Repair repair) {
            repair(repair);
        } else if (write instanceof GroupWrite.Delete delete) {
            Integer number = numbers.remove(delete.genesis());
            if (number != null) {
                removeUpTo(number, LogKeys.INDEX_MAX);
            }
        } else if (write instanceof GroupWrite.Put put) {
            put(put);
        } else {
            throw new AssertionError("unhandled write: " + write);
        }
    }

    private void append(GroupWrite.Append append) {
        int number = number(append.genesis());
        if (append.entries().isEmpty()) {
            return;
        }
        append.entries().forEach(entry -> put(number, entry));
        long last = append.entries().get(append.entries().size() - 1).index();
        remove(LogKeys.entryKey(number, last + 1), LogKeys.entryKey(number, LogKeys.INDEX_MAX));
    }

    private void put(int number, Entry entry) {
        long key = LogKeys.entryKey(number, entry.index());
        file.entries().put(key, LogKeys.encode(key, entry));
    }

    private void repair(GroupWrite.Repair repair) {
        int number = number(repair.genesis());
        for (Entry entry : repair.entries()) {
            long key = LogKeys.entryKey(number, entry.index());
            byte[] present = file.entries().get(key);
            Row row = present == null ? null : LogKeys.entryRow(key, present);
            if (row == null || !row.isIntact() || isHollow(row)) {
                put(number, entry);
            }
        }
    }

    private static boolean isHollow(Row row) {
        try {
            return EntryCodec.decodeEntry(Bytes.wrap(row.body())).isHollow();
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("broken invariant: an intact row is no entry: " + e.getMessage(), e);
        }
    }

    private void put(GroupWrite.Put put) {
        String key = H2LogStorage.tableKey(put.table(), put.key());
        Bytes value = put.value();
        if (value == null) {
            file.tables().remove(key);
        } else {
            file.tables().put(key, LogKeys.encode(key, value));
        }
    }

    private void removeUpTo(int number, long index) {
        remove(LogKeys.entryKey(number, 0), LogKeys.entryKey(number, index));
    }

    private void remove(long fromKey, long toKey) {
        MVMap<Long, byte[]> entries = file.entries();
        Iterator<Long> keys = entries.keyIterator(fromKey);
        while (keys.hasNext()) {
            long key = keys.next();
            if (key > toKey) {
                break;
            }
            entries.remove(key);
        }
    }

    /** The number of that group, a new one if it has none. */
    private int number(GenesisId genesis) {
        return numbers.computeIfAbsent(
                genesis,
                created -> numbers.values().stream()
                                .mapToInt(Integer::intValue)
                                .max()
                                .orElse(0)
                        + 1);
    }

    /** Stores what the round made of a group; empty if it is gone. */
    void store(GenesisId genesis, Optional<StoredGroup> group) {
        if (group.isEmpty()) {
            groups.remove(genesis);
            file.groups().remove(genesis.toString());
        } else if (!group.get().equals(groups.put(genesis, group.get()))) {
            file.groups().put(genesis.toString(), LogKeys.encode(number(genesis), genesis, group.get()));
        }
    }
}
