package dev.flotilla.raft.storage.h2;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.RoundPlan;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The log in one MVStore file. A round changes the maps in memory, becomes one chunk of the file by a commit, and is
 * acknowledged after one fsync. Readers see a round from its commit on, so shortly before it is durable. Threads that use
 * this must not be interrupted while they do: the JDK closes a file channel under an interrupted thread, which ends the
 * storage like any other I/O error.
 */
public final class H2LogStorage implements LogStorage {
    private final H2File file;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    // Guarded by lock.
    private final Map<GenesisId, StoredGroup> groups = new TreeMap<>();
    private final Map<GenesisId, Integer> numbers = new TreeMap<>();
    private final H2Damage damage;
    private boolean closed;
    private @Nullable IOException failure;

    private H2LogStorage(H2File file) {
        this.file = file;
        this.damage = new H2Damage(file.path());
    }

    /**
     * Opens the log in {@code path}, or makes it. Its directory must exist and be locked by this process.
     *
     * @throws IOException if the file is damaged, of a newer format or in use, or the disk fails; the message names it
     */
    public static H2LogStorage open(Path path) throws IOException {
        return open(path, "");
    }

    /** The same with the file that H2 knows under {@code h2Prefix} and the path. */
    static H2LogStorage open(Path path, String h2Prefix) throws IOException {
        H2LogStorage storage = new H2LogStorage(H2File.open(path, h2Prefix));
        try {
            storage.readGroups();
        } catch (IOException e) {
            storage.file.closeImmediately();
            throw e;
        }
        return storage;
    }

    private void readGroups() throws IOException {
        try {
            Cursor<String, byte[]> cursor = file.groups().cursor(null);
            while (cursor.hasNext()) {
                GenesisId genesis = GenesisId.parse(cursor.next());
                Row row = LogKeys.groupRow(genesis, cursor.getValue());
                int number = LogKeys.groupNumber(row);
                numbers.put(genesis, number);
                if (row.isIntact()) {
                    StoredGroup group = LogKeys.group(row);
                    checkEnds(genesis, number, group);
                    groups.put(genesis, group);
                } else {
                    damage.lose(genesis);
                }
            }
        } catch (MVStoreException | IllegalArgumentException | MalformedMessageException e) {
            throw file.damaged(e);
        }
    }

    private void checkEnds(GenesisId genesis, int number, StoredGroup group) throws MalformedMessageException {
        Long lastKey = file.entries().floorKey(LogKeys.entryKey(number, LogKeys.INDEX_MAX));
        boolean empty = group.last().equals(group.base());
        boolean hasKeys = lastKey != null && lastKey >= LogKeys.entryKey(number, 0);
        long lastIndex =
                hasKeys ? lastKey - LogKeys.entryKey(number, 0) : group.base().index();
        if (lastIndex != group.last().index() || empty == hasKeys) {
            throw new MalformedMessageException("the log of group " + genesis + " should end at " + group.last()
                    + ", but ends at index " + lastIndex);
        }
    }

    @Override
    public Set<GenesisId> groups() throws IOException {
        return reading(() -> new TreeSet<>(numbers.keySet()));
    }

    @Override
    public Optional<StoredGroup> read(GenesisId genesis) throws IOException {
        return reading(() -> {
            damage.check(genesis);
            return Optional.ofNullable(groups.get(genesis));
        });
    }

    @Override
    public LogDamage damage(GenesisId genesis) throws IOException {
        return reading(() -> damage.of(genesis));
    }

    @Override
    public List<Entry> entries(GenesisId genesis, long fromIndex, long toIndexExclusive, int bytesMax)
            throws IOException {
        return reading(() -> {
            damage.check(genesis);
            List<Entry> entries = new ArrayList<>();
            StoredGroup group = groups.get(genesis);
            Integer number = numbers.get(genesis);
            if (group == null || number == null || fromIndex <= group.base().index()) {
                return entries;
            }
            long end = Math.min(toIndexExclusive, group.last().index() + 1);
            long bytes = 0;
            for (long index = fromIndex; index < end; index++) {
                Row row = row(number, index);
                if (!row.isIntact()) {
                    DamagedLogException found = damage.found(genesis, row);
                    if (entries.isEmpty()) {
                        throw found;
                    }
                    break;
                }
                Entry entry = entry(row, index);
                bytes += entry.sizeBytes();
                if (bytes > bytesMax && !entries.isEmpty()) {
                    break;
                }
                entries.add(entry);
            }
            return entries;
        });
    }

    private Row row(int number, long index) throws MalformedMessageException {
        long key = LogKeys.entryKey(number, index);
        byte[] bytes;
        try {
            bytes = file.entries().get(key);
        } catch (MVStoreException e) {
            throw new MalformedMessageException(
                    "entry " + index + " of group number " + number + " is not readable: " + e.getMessage(), e);
        }
        if (bytes == null) {
            throw new MalformedMessageException("entry " + index + " of group number " + number + " is missing");
        }
        Row row = LogKeys.entryRow(key, bytes);
        if (row == null) {
            throw new MalformedMessageException("entry " + index + " of group number " + number + " is not readable");
        }
        return row;
    }

    private static Entry entry(Row row, long index) throws MalformedMessageException {
        Entry entry = EntryCodec.decodeEntry(Bytes.wrap(row.body()));
        if (entry.index() != index) {
            throw new MalformedMessageException("entry " + entry.id() + " is stored as index " + index);
        }
        return entry;
    }

    @Override
    public @Nullable Bytes get(String table, String key) throws IOException {
        return reading(() -> Optional.ofNullable(value(table, key))).orElse(null);
    }

    private @Nullable Bytes value(String table, String key) throws MalformedMessageException, DamagedLogException {
        String full = tableKey(table, key);
        byte[] sealed = file.tables().get(full);
        if (sealed == null) {
            return null;
        }
        Row row = LogKeys.valueRow(full, sealed);
        if (!row.isIntact()) {
            throw new DamagedLogException(
                    "the value of '" + key + "' in table '" + table + "' is damaged: file " + file.path());
        }
        return Bytes.wrap(row.body());
    }

    @Override
    public List<String> keys(String table) throws IOException {
        return reading(() -> {
            String prefix = tableKey(table, "");
            List<String> keys = new ArrayList<>();
            Iterator<String> iterator = file.tables().keyIterator(prefix);
            while (iterator.hasNext()) {
                String key = iterator.next();
                if (!key.startsWith(prefix)) {
                    break;
                }
                keys.add(key.substring(prefix.length()));
            }
            return keys;
        });
    }

    @Override
    public Set<String> tables() throws IOException {
        return reading(() -> {
            Set<String> names = new TreeSet<>();
            String key = file.tables().firstKey();
            while (key != null) {
                String name = key.substring(0, key.indexOf('\0'));
                names.add(name);
                key = file.tables().higherKey(tableKey(name, String.valueOf(Character.MAX_VALUE)));
            }
            return names;
        });
    }

    static String tableKey(String table, String key) {
        return table + '\0' + key; // no table's name holds a control character
    }

    @Override
    public void write(List<GroupWrite> round) throws IOException {
        lock.writeLock().lock();
        try {
            checkUsable();
            commit(round, RoundPlan.of(round, this::stored));
        } finally {
            lock.writeLock().unlock();
        }
        try {
            file.sync();
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    private Optional<StoredGroup> stored(GenesisId genesis) {
        damage.checkMayChange(genesis);
        return Optional.ofNullable(groups.get(genesis));
    }

    private void commit(List<GroupWrite> round, Map<GenesisId, Optional<StoredGroup>> after) throws IOException {
        try {
            RoundWriter writer = new RoundWriter(file, groups, numbers);
            round.forEach(writer::apply);
            after.forEach(writer::store);
            file.commit();
            round.forEach(damage::mended);
            after.forEach(damage::keepWithin);
        } catch (RuntimeException | Error e) { // half a round is in the maps: no other may be committed
            throw failed(e);
        }
    }

    /** Ends the storage: nobody can tell what of the failed write reached the disk. */
    private IOException failed(Throwable cause) {
        lock.writeLock().lock();
        try {
            IOException first = file.failed(cause);
            failure = first;
            file.closeImmediately();
            return first;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void checkUsable() throws IOException {
        IOException earlier = failure;
        if (earlier != null) {
            throw new IOException("unusable since an earlier failure: " + earlier.getMessage(), earlier);
        }
        if (closed) {
            throw new IOException("log " + file.path() + " is closed");
        }
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws MalformedMessageException, DamagedLogException;
    }

    private <T> T reading(Reading<T> reading) throws IOException {
        lock.readLock().lock();
        try {
            checkUsable();
            return reading.read();
        } catch (MVStoreException | MalformedMessageException e) {
            throw file.damaged(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.writeLock().lock();
        try {
            if (!closed && failure == null) {
                file.close();
            }
        } catch (RuntimeException e) {
            throw failed(e);
        } finally {
            closed = true;
            lock.writeLock().unlock();
        }
    }
}
