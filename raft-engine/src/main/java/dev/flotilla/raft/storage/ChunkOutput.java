package dev.flotilla.raft.storage;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/** Cuts what is written into chunks, and hashes it. Holds one chunk in memory. */
final class ChunkOutput extends OutputStream {
    /** Takes one chunk after the other. */
    interface Target {
        void append(SnapshotChunk chunk) throws IOException;
    }

    private final Compression compression;
    private final Target target;
    private final MessageDigest digest = SnapshotFile.sha256();
    private final byte[] buffer = new byte[SnapshotChunk.RAW_BYTES];
    private int filled;
    private long sizeBytes;

    ChunkOutput(Compression compression, Target target) {
        this.compression = compression;
        this.target = target;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int part = Math.min(count - done, buffer.length - filled);
            System.arraycopy(source, from + done, buffer, filled, part);
            filled += part;
            done += part;
            if (filled == buffer.length) {
                cut();
            }
        }
    }

    private void cut() throws IOException {
        digest.update(buffer, 0, filled);
        target.append(SnapshotChunk.of(Arrays.copyOf(buffer, filled), compression));
        sizeBytes += filled;
        filled = 0;
    }

    /** Cuts the last chunk. Nothing may be written afterwards. */
    void end() throws IOException {
        if (filled > 0) {
            cut();
        }
    }

    /** How much was written, once it has ended. */
    long sizeBytes() {
        return sizeBytes;
    }

    /** The SHA-256 of what was written, once it has ended. */
    Bytes hash() {
        return Bytes.wrap(digest.digest());
    }
}
