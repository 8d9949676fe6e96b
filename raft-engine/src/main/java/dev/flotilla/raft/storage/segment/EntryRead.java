package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of one group: planned while nobody changes the index, performed beside the writer. What is behind a place
 * never changes; the segment may be gone, though.
 */
final class EntryRead {
    private static final int ALLOWANCE_BYTES = 32; // what Entry.sizeBytes adds to the payload
    private static final int RUN_BYTES_MAX = 4 << 20; // one read

    private final GenesisId genesis;
    private final SegmentFiles files;
    private final List<Run> runs = new ArrayList<>();

    private EntryRead(GenesisId genesis, SegmentFiles files) {
        this.genesis = genesis;
        this.files = files;
    }

    record Bounds(long fromIndex, long toIndexExclusive, int bytesMax) {}

    /** Entries that follow each other in one file as well. */
    private static final class Run {
        final Segment segment;
        final int offset;
        final long firstIndex;
        int bytes;
        int count;

        Run(Segment segment, int offset, long firstIndex) {
            this.segment = segment;
            this.offset = offset;
            this.firstIndex = firstIndex;
        }
    }

    /** An entry that is not as it was written. */
    record Damaged(RecordHead head, long place) {}

    record Result(List<Entry> entries, @Nullable Damaged damaged) {}

    static EntryRead plan(GenesisId genesis, @Nullable GroupIndex group, SegmentFiles files, Bounds bounds)
            throws IOException {
        EntryRead read = new EntryRead(genesis, files);
        if (group == null) {
            return read;
        }
        if (group.stored() == null) {
            throw group.lost(genesis, files.names());
        }
        long end = Math.min(bounds.toIndexExclusive, group.entries.endIndex());
        long bytes = 0;
        for (long index = bounds.fromIndex; index < end && group.entries.place(index) != Place.NOWHERE; index++) {
            int payloadBytes = group.entries.payloadBytes(index);
            bytes += payloadBytes + ALLOWANCE_BYTES;
            boolean isFirst = index == bounds.fromIndex;
            EntryId damaged = group.damaged(index);
            if (damaged != null && isFirst) {
                throw new DamagedLogException("entry " + damaged + " of group " + genesis + " is damaged: "
                        + files.names().describe(group.entries.place(index)));
            }
            if (damaged != null || (bytes > bounds.bytesMax && !isFirst)) {
                break;
            }
            read.add(index, group.entries.place(index), payloadBytes);
        }
        return read;
    }

    private void add(long index, long packed, int payloadBytes) {
        Place place = Place.of(packed);
        int recordBytes = (int) RecordHead.recordBytes(payloadBytes);
        Run run = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (run == null
                || run.segment.number() != place.segment()
                || run.offset + run.bytes != place.offset()
                || run.bytes > RUN_BYTES_MAX - Math.min(recordBytes, RUN_BYTES_MAX)) {
            run = new Run(files.segment(place.segment()), place.offset(), index);
            runs.add(run);
        }
        run.bytes += recordBytes;
        run.count++;
    }

    /** Whether no segment was removed since the plan. */
    boolean hasAllSegments() {
        return runs.stream().allMatch(run -> files.has(run.segment));
    }

    /**
     * Reads.
     *
     * @throws java.nio.channels.ClosedChannelException if a segment was removed since the plan
     * @throws IOException if nobody can tell what is lost, as the head of a record cannot be read; or if the disk fails
     */
    Result perform() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Run run : runs) {
            byte[] bytes = new byte[run.bytes];
            ByteBuffer in = ByteBuffer.wrap(bytes);
            in.limit(run.segment.file().read(in, run.offset));
            int at = 0;
            for (int i = 0; i < run.count; i++) {
                Place place = run.segment.place(run.offset + at);
                RecordHead head = RecordHead.decode(in, at, place);
                long index = run.firstIndex + i;
                if (head == null || !head.genesis().equals(genesis) || head.id().index() != index) {
                    throw new IOException("the head of entry " + index + " of group " + genesis + " cannot be read: "
                            + files.names().describe(place.packed()));
                }
                Entry entry = entry(head, bytes, at + RecordHead.BYTES, in.limit());
                if (entry == null) {
                    return new Result(entries, new Damaged(head, place.packed()));
                }
                entries.add(entry);
                at += (int) head.recordBytes();
            }
        }
        return new Result(entries, null);
    }

    private static @Nullable Entry entry(RecordHead head, byte[] bytes, int at, int limit) {
        if (head.payloadBytes() > limit - at) {
            return null;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, head.payloadBytes());
        if ((int) crc.getValue() != head.payloadSum()) {
            return null;
        }
        Bytes payload =
                head.payloadBytes() == 0 ? Bytes.EMPTY : Bytes.wrap(bytes).slice(at, head.payloadBytes());
        return new Entry(head.id(), Entry.Kind.of(head.entryKind()), payload);
    }
}
