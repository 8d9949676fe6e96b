package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One write-ahead log for all groups of a node, and the node's small tables. {@link #write} is called by one thread;
 * reads may come from any thread at the same time. After an I/O error the storage is dead: every later call fails, and
 * nothing that failed is ever reported as durable.
 *
 * <p>What a log holds when it was opened is on the disk: the core takes it as durable and acknowledges it. That a process
 * before wrote it does not say so, since the page cache survives that process, and after a failed fsync shows what no later
 * fsync writes: what may not have been forced is written again before anybody reads it.
 */
public interface LogStorage extends AutoCloseable {
    /** The groups that have been created and not deleted. */
    Set<GenesisId> groups() throws IOException;

    /**
     * What is on disk of that group; empty if it was not created.
     *
     * @throws DamagedLogException if its hard state is damaged
     */
    Optional<StoredGroup> read(GenesisId genesis) throws IOException;

    /**
     * What of that group is damaged. Grows when a read finds more. A storage that refuses to open, or dies, on any damage
     * has none to report. Answered from memory, at once: an event loop asks.
     */
    default LogDamage damage(GenesisId genesis) throws IOException {
        return LogDamage.NONE;
    }

    /**
     * Entries from {@code fromIndex} on, before {@code toIndexExclusive}: as many as fit into {@code bytesMax}, at least
     * one if there is one. Empty if {@code fromIndex} is not in the log any longer. Ends before a damaged entry.
     *
     * @throws DamagedLogException if the entry at {@code fromIndex} is damaged
     */
    List<Entry> entries(GenesisId genesis, long fromIndex, long toIndexExclusive, int bytesMax) throws IOException;

    /**
     * Makes all of {@code round} durable, or nothing of it. Returns once it is: one commit, one fsync. A group that does
     * not exist yet is created by its first {@link GroupWrite.Append} or {@link GroupWrite.Rebase}.
     *
     * @throws IllegalArgumentException if a write does not fit to what is stored; nothing of the round is stored then
     * @throws IOException if the storage has failed, now or earlier, or is closed
     */
    void write(List<GroupWrite> round) throws IOException;

    /** A value of the node's small tables, or null. */
    @Nullable
    Bytes get(String table, String key) throws IOException;

    /** The names of the small tables that hold something, in order. */
    Set<String> tables() throws IOException;

    /** Every key of that table, in order. */
    List<String> keys(String table) throws IOException;

    /** Closes the files. Idempotent. */
    @Override
    void close() throws IOException;

    /**
     * What is on disk of one group.
     *
     * @param base the entry before the first in the log
     * @param last the last entry in the log, or {@code base} if it is empty
     */
    record StoredGroup(HardState hardState, EntryId base, EntryId last) {
        /** A group before its first write. */
        public static final StoredGroup EMPTY = new StoredGroup(HardState.INITIAL, EntryId.NONE, EntryId.NONE);

        /**
         * What an {@link GroupWrite.Append} makes of this.
         *
         * @throws IllegalArgumentException if the entries are not consecutive or do not join the log
         */
        public StoredGroup after(GroupWrite.Append append) {
            EntryId newLast = last;
            long indexMin = base.index() + 1;
            long indexMax = last.index() + 1;
            for (Entry entry : append.entries()) {
                if (entry.index() < indexMin || entry.index() > indexMax) {
                    throw new IllegalArgumentException("entry " + entry.id()
                            + " does not join the log, where an index from " + indexMin + " to " + indexMax
                            + " would do");
                }
                newLast = entry.id();
                indexMin = entry.index() + 1;
                indexMax = indexMin;
            }
            return new StoredGroup(append.hardState(), base, newLast);
        }

        /**
         * What a {@link GroupWrite.Rebase} makes of this.
         *
         * @throws IllegalArgumentException if the log is to be kept but does not reach back to the new base
         */
        public StoredGroup after(GroupWrite.Rebase rebase) {
            if (!rebase.keepLog() || last.index() <= rebase.base().index()) {
                return new StoredGroup(rebase.hardState(), rebase.base(), rebase.base());
            }
            if (rebase.base().index() < base.index()) {
                throw new IllegalArgumentException(
                        "the log starts after " + base + " and cannot be kept from " + rebase.base() + " on");
            }
            return new StoredGroup(rebase.hardState(), rebase.base(), last);
        }

        /**
         * What a {@link GroupWrite.Compact} makes of this.
         *
         * @throws IllegalArgumentException if it would remove entries that are not there
         */
        public StoredGroup after(GroupWrite.Compact compact) {
            if (compact.base().index() > last.index()) {
                throw new IllegalArgumentException(
                        "the log ends at " + last + " and cannot be compacted up to " + compact.base());
            }
            return compact.base().index() <= base.index() ? this : new StoredGroup(hardState, compact.base(), last);
        }

        /**
         * What a {@link GroupWrite.Repair} makes of this: the same.
         *
         * @throws IllegalArgumentException if an entry is not in the log
         */
        public StoredGroup after(GroupWrite.Repair repair) {
            for (Entry entry : repair.entries()) {
                if (entry.index() <= base.index() || entry.index() > last.index()) {
                    throw new IllegalArgumentException(
                            "entry " + entry.id() + " repairs nothing: the log is from after " + base + " to " + last);
                }
            }
            return this;
        }
    }

    /** One change of a round. */
    sealed interface GroupWrite {
        /**
         * A group's hard state and entries.
         *
         * @param hardState replaces the one before
         * @param entries consecutive; replace the log from their first index on, which is at most one after its last
         */
        record Append(GenesisId genesis, HardState hardState, List<Entry> entries) implements GroupWrite {
            public Append {
                entries = List.copyOf(entries);
            }
        }

        /** The log of the group starts after {@code base}; with {@code keepLog} entries after it stay. */
        record Rebase(GenesisId genesis, HardState hardState, EntryId base, boolean keepLog) implements GroupWrite {}

        /** Entries up to {@code base} go; a base before the present one, or a group that is gone, changes nothing. */
        record Compact(GenesisId genesis, EntryId base) implements GroupWrite {}

        /**
         * Puts back damaged entries, each with the term and index that it has in the log, and commands of those that came
         * without ({@link Entry#isHollow}); an intact one stays as it is. The entries after them stay, unlike with an
         * {@link Append}.
         */
        record Repair(GenesisId genesis, List<Entry> entries) implements GroupWrite {
            public Repair {
                entries = List.copyOf(entries);
            }
        }

        /** The group is gone, all of it. No error if there is none. */
        record Delete(GenesisId genesis) implements GroupWrite {}

        /** A value of the node's small tables; {@code null} removes it. */
        record Put(String table, String key, @Nullable Bytes value) implements GroupWrite {}
    }
}
