package dev.flotilla.raft.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Appends chunks to a file. Forces them to the disk every now and then: many at once would hold up everybody else's
 * fsync, and the end of a large snapshot for longer than its sender waits.
 */
final class ChunkFile implements ChunkOutput.Target {
    private static final long UNFORCED_BYTES_MAX = 16 << 20;

    private final FileChannel file;
    private long unforced;

    ChunkFile(FileChannel file) {
        this.file = file;
    }

    @Override
    public void append(SnapshotChunk chunk) throws IOException {
        DurableFiles.writeFully(file, chunk.encode().asByteBuffer());
        unforced += chunk.encodedBytes();
        if (unforced >= UNFORCED_BYTES_MAX) {
            file.force(false);
            unforced = 0;
        }
    }
}
