package dev.flotilla.raft.storage.h2;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Which rows of the log were found to be damaged: grows as entries are read, by any thread, and shrinks as they are
 * written again, by the one that holds the log's lock.
 */
final class H2Damage {
    private final Path path;
    private final Set<GenesisId> lost = ConcurrentHashMap.newKeySet(); // groups whose hard state is damaged
    private final Map<GenesisId, NavigableMap<Long, DamagedEntry>> entries = new ConcurrentHashMap<>();

    H2Damage(Path path) {
        this.path = path;
    }

    /** The row of that group's hard state is damaged. */
    void lose(GenesisId genesis) {
        lost.add(genesis);
    }

    /** Throws unless the group's hard state is intact. */
    void check(GenesisId genesis) throws DamagedLogException {
        if (lost.contains(genesis)) {
            throw new DamagedLogException("the hard state of group " + genesis + " is damaged: file " + path);
        }
    }

    /** Throws if nothing but the end of that group may be written. */
    void checkMayChange(GenesisId genesis) {
        if (lost.contains(genesis)) {
            throw new IllegalArgumentException(
                    "the hard state of group " + genesis + " is damaged: it takes nothing but its deletion");
        }
    }

    /** The body of that entry's row is damaged; returns what to say of it. */
    DamagedLogException found(GenesisId genesis, Row row) throws MalformedMessageException {
        String place = "file " + path + ", its row in the map of entries";
        DamagedEntry entry = LogKeys.damaged(row, place);
        entries.computeIfAbsent(genesis, created -> new ConcurrentSkipListMap<>())
                .put(entry.index(), entry);
        return new DamagedLogException(
                "entry " + entry.id() + " of group " + genesis + " is damaged: " + entry.place());
    }

    LogDamage of(GenesisId genesis) {
        NavigableMap<Long, DamagedEntry> found = entries.get(genesis);
        return new LogDamage(lost.contains(genesis), found == null ? List.of() : List.copyOf(found.values()));
    }

    /** That was written. */
    void mended(GroupWrite write) {
        if (write instanceof GroupWrite.Append append && !append.entries().isEmpty()) {
            forget(append.genesis(), append.entries());
        } else if (write instanceof GroupWrite.Repair repair) {
            forget(repair.genesis(), repair.entries());
        } else if (write instanceof GroupWrite.Delete delete) {
            lost.remove(delete.genesis());
            entries.remove(delete.genesis());
        }
    }

    private void forget(GenesisId genesis, List<Entry> written) {
        NavigableMap<Long, DamagedEntry> found = entries.get(genesis);
        if (found != null) {
            written.forEach(entry -> found.remove(entry.index()));
        }
    }

    /** That is what the group is now; entries that are not in its log any longer are not damaged. */
    void keepWithin(GenesisId genesis, Optional<StoredGroup> now) {
        NavigableMap<Long, DamagedEntry> found = entries.get(genesis);
        if (found == null) {
            return;
        }
        if (now.isPresent()) {
            found.headMap(now.get().base().index(), true).clear();
            found.tailMap(now.get().last().index(), false).clear();
        }
        if (now.isEmpty() || found.isEmpty()) {
            entries.remove(genesis);
        }
    }
}
