package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.storage.Disk;
import dev.flotilla.raft.storage.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One segment's file, open. */
final class Segment {
    private static final int ZEROS_BYTES = 1 << 20;

    private final SegmentHeader header;
    private final Path path;
    private final DiskFile file;
    private int end = SegmentHeader.BYTES; // where the next round goes, or the last one ended

    Segment(SegmentHeader header, Path path, DiskFile file) {
        this.header = header;
        this.path = path;
        this.file = file;
    }

    /**
     * Makes the file with all its space, under another name until that is durable.
     *
     * @param spare one that has the space already, or null
     */
    static Segment create(Disk disk, SegmentNames names, SegmentHeader header, @Nullable Path spare)
            throws IOException {
        Path temporary = spare == null ? names.temporary(header.segment()) : spare;
        Path path = names.file(header.segment());
        if (spare == null) {
            allocate(disk, temporary, header.fileBytes());
        }
        try (DiskFile file = disk.open(temporary)) {
            file.write(header.encode(), 0);
            file.force(true);
        }
        disk.rename(temporary, path);
        disk.syncDirectory(names.directory());
        return new Segment(header, path, disk.open(path));
    }

    /** Makes a file of so many zeros. */
    static void allocate(Disk disk, Path path, int fileBytes) throws IOException {
        try (DiskFile file = disk.create(path)) {
            writeZeros(file, 0, fileBytes);
            file.force(true);
        }
    }

    private static void writeZeros(DiskFile file, int from, int end) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(ZEROS_BYTES, end - from));
        for (int at = from; at < end; at += zeros.capacity()) {
            file.write(zeros.clear().limit(Math.min(zeros.capacity(), end - at)), at);
        }
    }

    /** Makes everything from the end on zeros again, unless it is. */
    void clearTail() throws IOException {
        SegmentReader reader = new SegmentReader(this);
        int last = reader.lastNonZero(end);
        if (last >= end) {
            writeZeros(file, end, last + 1);
            file.force(false);
        }
    }

    SegmentHeader header() {
        return header;
    }

    long number() {
        return header.segment();
    }

    Path path() {
        return path;
    }

    DiskFile file() {
        return file;
    }

    int end() {
        return end;
    }

    void setEnd(int end) {
        this.end = end;
    }

    int space() {
        return header.fileBytes() - end;
    }

    Place place(int offset) {
        return new Place(header.segment(), offset);
    }
}
