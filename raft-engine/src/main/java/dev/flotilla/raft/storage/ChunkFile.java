package dev.flotilla.raft.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Appends chunks to a file. Forces them to the disk every now and then: many at once would hold up everybody else's
 * fsync, and the end of a large snapshot for longer than its sender waits.
 */
final class ChunkFile implements ChunkOutput.Target {
    private static final long UNFORCED_BYTES = 16 << 20;
    /** So much at the end may never have been forced. */
    static final long UNFORCED_BYTES_MAX = UNFORCED_BYTES + SnapshotChunk.HEADER_BYTES + SnapshotChunk.RAW_BYTES;

    private final FileChannel file;
    private long unforced;

    ChunkFile(FileChannel file) {
        this.file = file;
    }

    @Override
    public void append(SnapshotChunk chunk) throws IOException {
        DurableFiles.writeFully(file, chunk.encode().asByteBuffer());
        unforced += chunk.encodedBytes();
        if (unforced >= UNFORCED_BYTES) {
            file.force(false);
            unforced = 0;
        }
    }
}
