package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.Disk;
import dev.flotilla.raft.storage.FileDisk;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.RoundPlan;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The log in a directory of segments. Readers see a round once it is durable. A failed write, or a failed fsync, ends the
 * storage: nothing is tried again, and nothing is acknowledged any more. Threads that use this must not be interrupted
 * while they do: the JDK closes a file under an interrupted thread, which ends the storage like any other I/O error.
 */
public final class SegmentedLogStorage implements LogStorage {
    /** How large a segment is made, unless a round needs more. */
    public static final int SEGMENT_BYTES = 16 << 20;

    private static final int ROUND_BYTES_MAX = 1 << 29;

    private final Path directory;
    private final SegmentFiles files;
    private final RoundWriter writer = new RoundWriter();
    private final LogIndex index; // changed under the write lock, by the writer alone
    private final Cleaner cleaner;
    private final Object writing = new Object(); // one round after the other; taken before the lock
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    // Guarded by lock.
    private boolean closed;
    private @Nullable IOException failure;
    // Guarded by writing.
    private long nextRound;
    private boolean hasOpenRounds; // written since the last closing round

    private SegmentedLogStorage(Path directory, SegmentFiles files, LogIndex index, long nextRound) {
        this.directory = directory;
        this.files = files;
        this.index = index;
        this.cleaner = new Cleaner(index);
        this.nextRound = nextRound;
    }

    /**
     * Opens the log in {@code directory}, or makes it. The directory above must exist and be locked by this process.
     *
     * @throws IOException if the log is damaged in a way that leaves open what is missing, is of a newer format, or the
     *     disk fails; the message names file and offset
     */
    public static SegmentedLogStorage open(Path directory) throws IOException {
        return open(new FileDisk(), directory, SEGMENT_BYTES, SegmentedLogStorage::aside);
    }

    private static void aside(Runnable task) {
        Thread thread = new Thread(task, "raft-segment");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The same on that disk, with segments of that size.
     *
     * @param aside runs what no round is to wait for
     */
    static SegmentedLogStorage open(Disk disk, Path directory, int segmentBytes, Executor aside) throws IOException {
        SegmentNames names = new SegmentNames(directory);
        Recovery recovery = Recovery.of(disk, names);
        try {
            if (!recovery.findings().isEmpty()) {
                throw new IOException("log " + directory + " is damaged: "
                        + recovery.findings().get(0)
                        + (recovery.findings().size() == 1
                                ? ""
                                : "; and in " + (recovery.findings().size() - 1) + " other places"));
            }
            SegmentFiles files = SegmentFiles.of(disk, names, recovery, segmentBytes, aside);
            return new SegmentedLogStorage(directory, files, recovery.index(), recovery.nextRound());
        } catch (IOException | RuntimeException e) {
            recovery.close();
            throw e;
        }
    }

    @Override
    public Set<GenesisId> groups() throws IOException {
        return reading(index::groups);
    }

    @Override
    public Optional<StoredGroup> read(GenesisId genesis) throws IOException {
        return reading(() -> {
            GroupIndex group = index.group(genesis);
            StoredGroup stored = group == null ? null : group.stored();
            if (group != null && stored == null) {
                throw group.lost(genesis, files.names());
            }
            return Optional.ofNullable(stored);
        });
    }

    @Override
    public LogDamage damage(GenesisId genesis) throws IOException {
        return reading(() -> {
            GroupIndex group = index.group(genesis);
            return group == null ? LogDamage.NONE : group.damage(files.names());
        });
    }

    @Override
    public List<Entry> entries(GenesisId genesis, long fromIndex, long toIndexExclusive, int bytesMax)
            throws IOException {
        while (true) {
            EntryRead read = reading(() -> EntryRead.plan(
                    genesis, index.group(genesis), files, new EntryRead.Bounds(fromIndex, toIndexExclusive, bytesMax)));
            try {
                EntryRead.Result result = read.perform();
                if (result.damaged() == null) {
                    return result.entries();
                }
                onDamaged(genesis, result.damaged());
            } catch (ClosedChannelException e) {
                // A segment was removed meanwhile, after its entries were moved; or the storage was closed.
                if (reading(read::hasAllSegments)) {
                    throw failed("reading", e);
                }
            } catch (IOException e) {
                throw failed("reading", e);
            }
        }
    }

    /** The next plan ends before that entry. */
    private void onDamaged(GenesisId genesis, EntryRead.Damaged damaged) {
        lock.writeLock().lock();
        try {
            GroupIndex group = index.group(genesis);
            if (group != null) {
                group.onDamaged(damaged.head(), damaged.place());
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public @Nullable Bytes get(String table, String key) throws IOException {
        return reading(() -> Optional.ofNullable(index.get(table, key))).orElse(null);
    }

    @Override
    public List<String> keys(String table) throws IOException {
        return reading(() -> index.keys(table));
    }

    @Override
    public Set<String> tables() throws IOException {
        return reading(index::tables);
    }

    @Override
    public void write(List<GroupWrite> round) throws IOException {
        synchronized (writing) {
            checkUsable();
            Map<GenesisId, Optional<StoredGroup>> after = RoundPlan.of(round, index::stored);
            List<LogRecord> records = RoundRecords.of(round, after, index);
            if (!records.isEmpty()) {
                long bytes = checkedSizeOf(records);
                try {
                    write(records, bytes);
                } catch (IOException | RuntimeException | Error e) {
                    throw failed("writing", e);
                }
            }
        }
    }

    private static long sizeOf(List<LogRecord> records) {
        long bytes = 0;
        for (LogRecord record : records) {
            bytes += record.recordBytes();
        }
        return bytes;
    }

    private static long checkedSizeOf(List<LogRecord> records) {
        long bytes = sizeOf(records);
        if (bytes > ROUND_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a round of " + bytes + " bytes is too large, " + ROUND_BYTES_MAX + " are the most");
        }
        return bytes;
    }

    private void write(List<LogRecord> records, long bytes) throws IOException {
        List<LogRecord> all = housekeeping(bytes);
        all.addAll(records);
        Segment segment = files.withSpaceFor(RoundHead.BYTES + sizeOf(all), nextRound, index.oldest());
        List<Long> places = commit(segment, all);
        hasOpenRounds = true;
        apply(all, places);
        files.removeBefore(index.oldest());
        files.prepareNext();
    }

    /** What the log does for itself with this round: it says which segments may go, or moves what is live of the oldest. */
    private List<LogRecord> housekeeping(long roundBytes) throws IOException {
        List<LogRecord> records = new ArrayList<>();
        long oldestNeeded = files.oldestWithLife(index.live());
        if (oldestNeeded > index.oldest()) {
            records.add(LogRecord.oldest(oldestNeeded));
            return records;
        }
        Segment dirty = files.toClean(index.live());
        return dirty == null ? records : cleaner.move(dirty, roundBytes);
    }

    /** One write, one fsync; returns where each record is. */
    private List<Long> commit(Segment segment, List<LogRecord> records) throws IOException {
        List<Long> places = new ArrayList<>(records.size());
        long offset = segment.end() + (long) RoundHead.BYTES;
        for (LogRecord record : records) {
            places.add(segment.place((int) offset).packed());
            offset += record.recordBytes();
        }
        int bodyBytes = (int) (offset - segment.end() - RoundHead.BYTES);
        writer.write(segment, new RoundHead(nextRound, bodyBytes, records.size()), records);
        segment.file().force(false);
        segment.setEnd((int) offset);
        nextRound++;
        return places;
    }

    private void apply(List<LogRecord> records, List<Long> places) {
        lock.writeLock().lock();
        try {
            for (int i = 0; i < records.size(); i++) {
                LogRecord record = records.get(i);
                index.apply(record.head(0), record.payload(), false, places.get(i));
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("a record that was just made cannot be read", e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Ends the storage: nobody can tell what of a failed write reached the disk. The first failure is the one to name: the
     * files that it closes make others.
     */
    private IOException failed(String doing, Throwable cause) {
        lock.writeLock().lock();
        try {
            IOException earlier = failure;
            if (earlier != null) {
                return unusableSince(earlier);
            }
            String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            IOException first = new IOException(doing + " log " + directory + " failed: " + reason, cause);
            failure = first;
            files.closeAfter(first);
            return first;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void checkUsable() throws IOException {
        IOException earlier = failure;
        if (earlier != null) {
            throw unusableSince(earlier);
        }
        if (closed) {
            throw new IOException("log " + directory + " is closed");
        }
    }

    private static IOException unusableSince(IOException earlier) {
        return new IOException("unusable since an earlier failure: " + earlier.getMessage(), earlier);
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T reading(Reading<T> reading) throws IOException {
        lock.readLock().lock();
        try {
            checkUsable();
            return reading.read();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Writes an empty round, unless nothing was written since the last: so that damage to the last round before it is not
     * taken for a torn write at the next start. Then closes the files.
     */
    @Override
    public void close() throws IOException {
        synchronized (writing) {
            lock.writeLock().lock();
            try {
                if (closed || failure != null) {
                    return;
                }
                if (hasOpenRounds) {
                    commit(files.withSpaceFor(RoundHead.BYTES, nextRound, index.oldest()), List.of());
                }
                files.close();
            } catch (IOException | RuntimeException e) {
                throw failed("writing", e);
            } finally {
                closed = true;
                lock.writeLock().unlock();
            }
        }
    }
}
