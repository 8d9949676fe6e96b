package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.storage.Disk;
import dev.flotilla.raft.storage.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The small file that says how many segments there must be at least. Without it a lost newest segment would not be
 * missed. Replaced in one step, before the first round of a new segment is acknowledged.
 *
 * @param newest the number of the newest segment; 0 in an empty log
 */
record Manifest(long logId, long newest) {
    private static final long MAGIC = 0x464c4f544d414e49L; // "FLOTMANI"
    private static final int BYTES = 32;
    private static final int SUM_AT = BYTES - Integer.BYTES;

    void write(Disk disk, SegmentNames names) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(0, MAGIC)
                .putInt(8, SegmentHeader.FORMAT)
                .putLong(12, logId)
                .putLong(20, newest);
        bytes.putInt(SUM_AT, sum(bytes));
        try (DiskFile file = disk.create(names.temporaryManifest())) {
            file.write(bytes, 0);
            file.force(true);
        }
        disk.rename(names.temporaryManifest(), names.manifest());
        disk.syncDirectory(names.directory());
    }

    private static int sum(ByteBuffer bytes) {
        return RecordHead.payloadSum(bytes.slice(0, SUM_AT));
    }

    /**
     * Reads it.
     *
     * @throws IOException if it is damaged or of a newer format; the message names the file
     */
    static Manifest read(Disk disk, SegmentNames names) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        try (DiskFile file = disk.open(names.manifest())) {
            int read = file.read(bytes, 0);
            if (read < BYTES || bytes.getLong(0) != MAGIC || bytes.getInt(SUM_AT) != sum(bytes)) {
                throw new IOException("log " + names.directory() + " is damaged: file " + names.manifest()
                        + " offset 0: it is no manifest of a log");
            }
        }
        int format = bytes.getInt(8);
        if (format != SegmentHeader.FORMAT) {
            throw new IOException("log " + names.directory() + " has format " + format
                    + ", which this version does not know (it knows " + SegmentHeader.FORMAT + "): use a newer one");
        }
        return new Manifest(bytes.getLong(12), bytes.getLong(20));
    }
}
