package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The segments of a log that is in use: makes them, finds them, removes them. */
final class SegmentFiles {
    private static final int SPARE_SEGMENTS = 2; // beside twice what is live

    private final Disk disk;
    private final SegmentNames names;
    private final int segmentBytes;
    private final long logId;
    private final SpareSegment spare;
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private long newestPromised; // the manifest says that this one exists

    private SegmentFiles(Disk disk, SegmentNames names, Manifest manifest, int segmentBytes, Executor aside) {
        this.disk = disk;
        this.names = names;
        this.logId = manifest.logId();
        this.newestPromised = manifest.newest();
        this.segmentBytes = segmentBytes;
        this.spare = new SpareSegment(disk, names, segmentBytes, aside);
    }

    /**
     * Makes a log that was read without damage ready to be written: what a crash left behind is removed. The last round
     * is written again, as it is: after a failed fsync, it may be there to be read without being on the disk.
     *
     * @param aside runs what no round is to wait for
     */
    static SegmentFiles of(Disk disk, SegmentNames names, Recovery recovery, int segmentBytes, Executor aside)
            throws IOException {
        Manifest manifest = recovery.manifest();
        if (manifest == null) {
            disk.createDirectory(names.directory());
            disk.syncDirectory(parent(names));
            manifest = new Manifest(new SecureRandom().nextLong(), 0);
            manifest.write(disk, names);
        }
        SegmentFiles files = new SegmentFiles(disk, names, manifest, segmentBytes, aside);
        recovery.segments().forEach(segment -> files.segments.put(segment.number(), segment));
        files.removeTemporaries();
        if (!files.segments.isEmpty()) {
            Segment newest = files.newest();
            files.promise(newest.number());
            newest.clearTail();
            if (recovery.lastRoundAt() >= 0) {
                rewrite(newest, recovery.lastRoundAt());
            }
            files.removeBefore(recovery.index().oldest());
        }
        return files;
    }

    private static Path parent(SegmentNames names) {
        Path parent = names.directory().toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("the log cannot be in " + names.directory());
        }
        return parent;
    }

    private void removeTemporaries() throws IOException {
        for (String name : disk.list(names.directory())) {
            if (name.endsWith(SegmentNames.TEMPORARY)) {
                disk.delete(names.directory().resolve(name));
            }
        }
        disk.syncDirectory(names.directory());
    }

    private static void rewrite(Segment segment, int from) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(segment.end() - from);
        segment.file().read(bytes, from);
        segment.file().write(bytes.flip(), from);
        segment.file().force(false);
    }

    private void promise(long newest) throws IOException {
        if (newest > newestPromised) {
            new Manifest(logId, newest).write(disk, names);
            newestPromised = newest;
        }
    }

    SegmentNames names() {
        return names;
    }

    private Segment newest() {
        return segments.lastEntry().getValue();
    }

    /**
     * The newest segment; a new one if that has no space for so much. All before is durable.
     *
     * @param oldest segments before that are no longer needed
     */
    Segment withSpaceFor(long bytes, long nextRound, long oldest) throws IOException {
        if (!segments.isEmpty() && newest().space() >= bytes) {
            return newest();
        }
        long number = segments.isEmpty() ? Math.max(1, oldest) : newest().number() + 1;
        int fileBytes = (int) Math.max(segmentBytes, SegmentHeader.BYTES + bytes);
        int previousEnd = segments.isEmpty() ? 0 : newest().end();
        SegmentHeader header = new SegmentHeader(number, logId, fileBytes, nextRound, previousEnd, oldest);
        Segment made = Segment.create(disk, names, header, spare.take(fileBytes));
        synchronized (segments) {
            segments.put(number, made);
        }
        promise(number);
        return made;
    }

    /** Has the space of the next segment made in good time. */
    void prepareNext() {
        if (newest().space() < segmentBytes / 2) {
            spare.prepare();
        }
    }

    /** The segment of that number, which exists while anything in it is live. */
    Segment segment(long number) {
        synchronized (segments) {
            Segment segment = segments.get(number);
            if (segment == null) {
                throw new IllegalStateException("segment " + number + " holds live records, but is gone");
            }
            return segment;
        }
    }

    boolean has(Segment segment) {
        synchronized (segments) {
            return segments.get(segment.number()) == segment;
        }
    }

    /** The first segment that is needed, by its number: those before hold nothing that is live. */
    long oldestWithLife(LiveBytes live) {
        for (long number : segments.keySet()) {
            if (live.of(number) > 0 || number == segments.lastKey()) {
                return number;
            }
        }
        return 0;
    }

    /** The oldest segment if the log is so much larger than what is live that it should be cleaned, or null. */
    @Nullable
    Segment toClean(LiveBytes live) {
        if (segments.size() < 2) {
            return null;
        }
        long used = 0;
        for (Segment segment : segments.values()) {
            used += segment.end();
        }
        return used > 2 * live.total() + (long) SPARE_SEGMENTS * segmentBytes
                ? segments.firstEntry().getValue()
                : null;
    }

    /** Removes the segments before that number, the oldest first, so that what is left is always without a gap. */
    void removeBefore(long oldest) throws IOException {
        while (!segments.isEmpty() && segments.firstKey() < oldest) {
            Segment removed = segments.firstEntry().getValue();
            synchronized (segments) {
                segments.remove(removed.number());
            }
            removed.file().close();
            disk.delete(removed.path());
            disk.syncDirectory(names.directory());
        }
    }

    void close() throws IOException {
        spare.close();
        for (Segment segment : segments.values()) {
            segment.file().close();
        }
    }

    /** Closes all after a failure; what goes wrong with that is added to it. */
    void closeAfter(IOException failure) {
        spare.stop();
        for (Segment segment : segments.values()) {
            try {
                segment.file().close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
