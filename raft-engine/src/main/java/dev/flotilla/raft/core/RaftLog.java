package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotMeta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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
    private @Nullable EntryCache cache; // of the newest entries; null while there are none
    private List<Configured> configurations = List.of(); // indexes increase; few, since the log is compacted

    private UnaryOperator<Configuration> sharing = UnaryOperator.identity();

    RaftLog(EntryId base, long cacheBytesMax, int featureLevel) {
        this.terms = new LogTerms(base);
        this.cacheBytesMax = cacheBytesMax;
        this.featureLevel = featureLevel;
    }

    /** From now on keeps what {@code equal} makes of configurations. */
    void share(UnaryOperator<Configuration> equal) {
        sharing = equal;
        configurations = List.copyOf(configurations.stream()
                .map(each -> new Configured(each.id(), equal.apply(each.configuration())))
                .toList());
    }

    /** Keeps no entry in memory: who needs one reads it back. */
    void dropCache() {
        cache = null;
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
        cache = cache == null ? new EntryCache(cacheBytesMax) : cache;
        cache.append(entry);
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
        if (cache != null) {
            cache.truncateAfter(index);
        }
        keepConfigurations(each -> each <= index);
    }

    void compactTo(EntryId base) {
        terms.compactTo(base);
        if (cache != null) {
            cache.compactTo(base.index());
        }
        long inForceAtBase = configuredAt(base.index()).id().index();
        keepConfigurations(each -> each >= inForceAtBase);
    }

    private void keepConfigurations(LongPredicate ofIndex) {
        configurations = List.copyOf(configurations.stream()
                .filter(each -> ofIndex.test(each.id().index()))
                .toList());
    }

    /** The log starts after {@code snapshot}; with {@code keepLog} what follows its last entry stays. */
    void install(SnapshotMeta snapshot, boolean keepLog) {
        if (keepLog) {
            compactTo(snapshot.lastIncluded());
        } else {
            terms.reset(snapshot.lastIncluded());
            cache = null;
            configurations = List.of();
        }
        configured(snapshot);
    }

    /** Takes note of the configuration that stands beside {@code snapshot}. */
    void configured(SnapshotMeta snapshot) {
        put(new Configured(snapshot.configurationId(), snapshot.configuration()));
    }

    private void put(Configured configured) {
        requireKnown(configured);
        List<Configured> more = new ArrayList<>(configurations);
        more.removeIf(each -> each.id().index() == configured.id().index());
        more.add(configured);
        more.sort(Comparator.comparingLong(each -> each.id().index()));
        configurations = List.copyOf(more);
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
        for (int i = configurations.size() - 1; i >= 0; i--) {
            if (configurations.get(i).id().index() <= index) {
                return configurations.get(i);
            }
        }
        return Configured.NONE;
    }

    /**
     * Entries from {@code fromIndex} on, not after {@code toIndex}, as many as fit into {@code bytesMax} but at least
     * one. Empty if the first of them is not in memory.
     */
    List<Entry> cached(long fromIndex, long toIndex, long bytesMax) {
        return cache == null ? List.of() : cache.find(fromIndex, toIndex, bytesMax);
    }

    private static Configuration decode(Entry entry) {
        try {
            return EntryCodec.decodeConfiguration(entry.payload());
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("broken invariant: entry " + entry.id() + " is no configuration", e);
        }
    }
}
