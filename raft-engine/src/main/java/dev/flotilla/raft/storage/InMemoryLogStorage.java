package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A log without a disk: for tests and for peers that may forget. What it holds ends with the object, so a peer that
 * starts again needs a new store id.
 */
public final class InMemoryLogStorage implements LogStorage {
    private final Map<GenesisId, StoredGroup> groups = new HashMap<>();
    private final Map<GenesisId, TreeMap<Long, Entry>> logs = new HashMap<>();
    private final Map<String, TreeMap<String, Bytes>> tables = new HashMap<>();
    private boolean closed;

    @Override
    public synchronized Set<GenesisId> groups() throws IOException {
        checkOpen();
        return new TreeSet<>(groups.keySet());
    }

    @Override
    public synchronized Optional<StoredGroup> read(GenesisId genesis) throws IOException {
        checkOpen();
        return Optional.ofNullable(groups.get(genesis));
    }

    @Override
    public synchronized List<Entry> entries(GenesisId genesis, long fromIndex, long toIndexExclusive, int bytesMax)
            throws IOException {
        checkOpen();
        TreeMap<Long, Entry> log = logs.get(genesis);
        List<Entry> entries = new ArrayList<>();
        if (log == null || fromIndex >= toIndexExclusive || !log.containsKey(fromIndex)) {
            return entries;
        }
        long bytes = 0;
        for (Entry entry : log.subMap(fromIndex, toIndexExclusive).values()) {
            bytes += entry.sizeBytes();
            if (bytes > bytesMax && !entries.isEmpty()) {
                break;
            }
            entries.add(entry);
        }
        return entries;
    }

    @Override
    public synchronized void write(List<GroupWrite> round) throws IOException {
        checkOpen();
        Map<GenesisId, Optional<StoredGroup>> after =
                RoundPlan.of(round, genesis -> Optional.ofNullable(groups.get(genesis)));
        round.forEach(this::apply);
        after.forEach((genesis, group) -> group.ifPresentOrElse(
                present -> {
                    groups.put(genesis, present);
                    logs.computeIfAbsent(genesis, created -> new TreeMap<>());
                },
                () -> {
                    groups.remove(genesis);
                    logs.remove(genesis);
                }));
    }

    private void apply(GroupWrite write) {
        if (write instanceof GroupWrite.Append append) {
            TreeMap<Long, Entry> log = logs.computeIfAbsent(append.genesis(), created -> new TreeMap<>());
            for (Entry entry : append.entries()) {
                log.tailMap(entry.index(), true).clear();
                log.put(entry.index(), entry);
            }
        } else if (write instanceof GroupWrite.Rebase rebase) {
            if (rebase.keepLog()) {
                removeUpTo(rebase.genesis(), rebase.base().index());
            } else {
                logs.remove(rebase.genesis());
            }
        } else if (write instanceof GroupWrite.Compact compact) {
            removeUpTo(compact.genesis(), compact.base().index());
        } else if (write instanceof GroupWrite.Repair repair) {
            repair.entries().forEach(entry -> logs.getOrDefault(repair.genesis(), new TreeMap<>())
                    .computeIfPresent(entry.index(), (index, present) -> present.isHollow() ? entry : present));
        } else if (write instanceof GroupWrite.Delete delete) {
            logs.remove(delete.genesis());
        } else if (write instanceof GroupWrite.Put put) {
            TreeMap<String, Bytes> table = tables.computeIfAbsent(put.table(), created -> new TreeMap<>());
            if (put.value() == null) {
                table.remove(put.key());
            } else {
                table.put(put.key(), put.value());
            }
        } else {
            throw new AssertionError("unhandled write: " + write);
        }
    }

    private void removeUpTo(GenesisId genesis, long index) {
        TreeMap<Long, Entry> log = logs.get(genesis);
        if (log != null) {
            log.headMap(index, true).clear();
        }
    }

    @Override
    public synchronized @Nullable Bytes get(String table, String key) throws IOException {
        checkOpen();
        TreeMap<String, Bytes> values = tables.get(table);
        return values == null ? null : values.get(key);
    }

    @Override
    public synchronized List<String> keys(String table) throws IOException {
        checkOpen();
        TreeMap<String, Bytes> values = tables.get(table);
        return values == null ? List.of() : List.copyOf(values.keySet());
    }

    @Override
    public synchronized Set<String> tables() throws IOException {
        checkOpen();
        Set<String> names = new TreeSet<>(tables.keySet());
        names.removeIf(name -> tables.getOrDefault(name, new TreeMap<>()).isEmpty());
        return names;
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the log in memory is closed");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
