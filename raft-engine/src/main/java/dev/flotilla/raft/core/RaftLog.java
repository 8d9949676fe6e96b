package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotMeta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The log as the protocol needs it: the term of every entry, the configurations in it, and the newest entries
 * themselves, as many as fit into a bound. Older ones are read back from the disk by the driver.
 */
final class RaftLog {
    /** A configuration and the entry that it came with. */
    record Configured(EntryId id, Configuration configuration) {
        static final Configured NONE = new Configured(EntryId.NONE, Configuration.EMPTY);
    }

    private final LogTerms terms;
    private final long cacheBytesMax;
    private final int featureLevel; // the newest that this peer knows
    private Deque<Entry> cache = new ArrayDeque<>(1); // consecutive, up to the last entry
    private long cacheBytes;
    private final TreeMap<Long, Configured> configurations = new TreeMap<>(); // by index

    private UnaryOperator<Configuration> sharing = UnaryOperator.identity();

    RaftLog(EntryId base, long cacheBytesMax, int featureLevel) {
        this.terms = new LogTerms(base);
        this.cacheBytesMax = cacheBytesMax;
        this.featureLevel = featureLevel;
    }

    /** From now on keeps what {@code equal} makes of configurations. */
    void share(UnaryOperator<Configuration> equal) {
        sharing = equal;
        configurations.replaceAll((index, each) -> new Configured(each.id(), equal.apply(each.configuration())));
    }

    /** Keeps no entry in memory: who needs one reads it back. */
    void dropCache() {
        cache = new ArrayDeque<>(1);
        cacheBytes = 0;
    }

    EntryId base() {
        return terms.base();
    }

    EntryId last() {
        return terms.last();
    }

    long lastIndex() {
        return terms.last().index();
    }

    EntryId idAt(long index) {
        return terms.idAt(index);
    }

    boolean contains(EntryId id) {
        return terms.contains(id);
    }

    EntryId newestNotAfter(long index, long term) {
        return terms.newestNotAfter(index, term);
    }

    void append(Entry entry) {
        terms.append(entry.id());
        cache.addLast(entry);
        cacheBytes += entry.sizeBytes();
        while (cacheBytes > cacheBytesMax && cache.size() > 1) {
            cacheBytes -= cache.removeFirst().sizeBytes();
        }
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            put(new Configured(entry.id(), sharing.apply(decode(entry))));
        }
    }

    /** That entry is in the log, but what it holds is lost. */
    void appendDamaged(EntryId id) {
        terms.append(id);
        dropCache();
    }

    /** What a damaged entry of the log holds is known again. */
    void putBack(Entry entry) {
        Invariant.check(contains(entry.id()), "entry %s is not in the log", entry.id());
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            put(new Configured(entry.id(), sharing.apply(decode(entry))));
        }
    }

    void truncateAfter(long index) {
        terms.truncateAfter(index);
        while (!cache.isEmpty() && cache.getLast().index() > index) {
            cacheBytes -= cache.removeLast().sizeBytes();
        }
        configurations.tailMap(index, false).clear();
    }

    void compactTo(EntryId base) {
        terms.compactTo(base);
        while (!cache.isEmpty() && cache.getFirst().index() <= base.index()) {
            cacheBytes -= cache.removeFirst().sizeBytes();
        }
        Long inForceAtBase = configurations.floorKey(base.index());
        if (inForceAtBase != null) {
            configurations.headMap(inForceAtBase, false).clear();
        }
    }

    /** The log starts after {@code snapshot}; with {@code keepLog} what follows its last entry stays. */
    void install(SnapshotMeta snapshot, boolean keepLog) {
        if (keepLog) {
            compactTo(snapshot.lastIncluded());
        } else {
            terms.reset(snapshot.lastIncluded());
            cache.clear();
            cacheBytes = 0;
            configurations.clear();
        }
        configured(snapshot);
    }

    /** Takes note of the configuration that stands beside {@code snapshot}. */
    void configured(SnapshotMeta snapshot) {
        put(new Configured(snapshot.configurationId(), snapshot.configuration()));
    }

    private void put(Configured configured) {
        requireKnown(configured);
        configurations.put(configured.id().index(), configured);
    }

    /** Who does not know the level of a log cannot tell what it means, and must not go on as if it did. */
    void requireKnown(Configured configured) {
        int level = configured.configuration().featureLevel();
        if (level > featureLevel) {
            throw new IllegalStateException("the group is at feature level " + level + " since entry " + configured.id()
                    + ", but this peer knows levels up to " + featureLevel + ": upgrade it and start it again");
        }
    }

    /** The configuration in force: the newest in the log, committed or not (paper §6). */
    Configured configured() {
        return configuredAt(Long.MAX_VALUE);
    }

    /** The configuration that was in force at {@code index}. */
    Configured configuredAt(long index) {
        Map.Entry<Long, Configured> found = configurations.floorEntry(index);
        return found == null ? Configured.NONE : found.getValue();
    }

    /**
     * Entries from {@code fromIndex} on, not after {@code toIndex}, as many as fit into {@code bytesMax} but at least
     * one. Empty if the first of them is not in memory.
     */
    List<Entry> cached(long fromIndex, long toIndex, long bytesMax) {
        List<Entry> found = new ArrayList<>();
        if (cache.isEmpty() || fromIndex < cache.getFirst().index()) {
            return found;
        }
        long bytes = 0;
        Iterator<Entry> entries =
                fromIndex - cache.getFirst().index() < cache.size() / 2 ? cache.iterator() : tailFrom(fromIndex);
        while (entries.hasNext()) {
            Entry entry = entries.next();
            if (entry.index() < fromIndex) {
                continue;
            }
            bytes += entry.sizeBytes();
            if (entry.index() > toIndex || (bytes > bytesMax && !found.isEmpty())) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    private Iterator<Entry> tailFrom(long fromIndex) {
        Deque<Entry> tail = new ArrayDeque<>();
        Iterator<Entry> backwards = cache.descendingIterator();
        while (backwards.hasNext()) {
            Entry entry = backwards.next();
            if (entry.index() < fromIndex) {
                break;
            }
            tail.addFirst(entry);
        }
        return tail.iterator();
    }

    private static Configuration decode(Entry entry) {
        try {
            return EntryCodec.decodeConfiguration(entry.payload());
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("broken invariant: entry " + entry.id() + " is no configuration", e);
        }
    }
}
