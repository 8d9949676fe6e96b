package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.SnapshotMeta;
import java.io.IOException;

/** How a state of a known size is cut into chunks: which one begins where, and how much it holds. */
final class ChunkedState {
    private ChunkedState() {}

    /** How much of the state the chunk at {@code offset} holds; 0 at its end. */
    static int rawBytesAt(SnapshotMeta snapshot, long offset) {
        return (int) Math.min(SnapshotChunk.RAW_BYTES, snapshot.sizeBytes() - offset);
    }

    /** @throws IOException if no chunk begins or ends there */
    static void checkOffset(SnapshotMeta snapshot, long offset) throws IOException {
        boolean isBorder = offset % SnapshotChunk.RAW_BYTES == 0 || offset == snapshot.sizeBytes();
        if (offset < 0 || offset > snapshot.sizeBytes() || !isBorder) {
            throw new IOException("no chunk of snapshot " + snapshot.lastIncluded() + " with " + snapshot.sizeBytes()
                    + " bytes begins at offset " + offset);
        }
    }

    /** @throws IOException if this is not how large the chunk at {@code offset} is */
    static void checkChunk(SnapshotMeta snapshot, long offset, int rawBytes) throws IOException {
        if (rawBytes != rawBytesAt(snapshot, offset)) {
            throw new IOException("snapshot " + snapshot.lastIncluded() + " has " + snapshot.sizeBytes()
                    + " bytes, but a chunk of " + rawBytes + " came at offset " + offset);
        }
    }
}
