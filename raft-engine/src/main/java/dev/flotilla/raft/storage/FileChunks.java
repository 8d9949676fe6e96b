package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the chunks at the beginning of a file one after the other, and verifies each. */
final class FileChunks implements SnapshotStore.Chunks {
    private final Path path;
    private final FileChannel file;
    private final SnapshotMeta snapshot;
    private long position; // in the file
    private long offset; // in the state

    FileChunks(Path path, FileChannel file, SnapshotMeta snapshot) {
        this.path = path;
        this.file = file;
        this.snapshot = snapshot;
    }

    /** Where the next chunk begins in the file. */
    long position() {
        return position;
    }

    /** Goes on to the chunk that begins at that offset of the state. */
    void skipTo(long newOffset) throws IOException {
        ChunkedState.checkOffset(snapshot, newOffset);
        while (offset < newOffset) {
            SnapshotChunk.Header header = readHeader();
            position += SnapshotChunk.HEADER_BYTES + header.storedBytes();
            offset += header.rawBytes();
        }
    }

    @Override
    public @Nullable SnapshotChunk next() throws IOException {
        if (offset == snapshot.sizeBytes()) {
            return null;
        }
        SnapshotChunk.Header header = readHeader();
        Bytes stored = read(position + SnapshotChunk.HEADER_BYTES, header.storedBytes());
        SnapshotChunk chunk;
        try {
            chunk = SnapshotChunk.decode(header, stored);
        } catch (IOException e) {
            throw SnapshotFile.damaged(path, position, String.valueOf(e.getMessage()));
        }
        position += chunk.encodedBytes();
        offset += chunk.rawBytes();
        return chunk;
    }

    private SnapshotChunk.Header readHeader() throws IOException {
        Bytes encoded = read(position, SnapshotChunk.HEADER_BYTES);
        try {
            SnapshotChunk.Header header = SnapshotChunk.Header.decode(encoded);
            ChunkedState.checkChunk(snapshot, offset, header.rawBytes());
            return header;
        } catch (IOException e) {
            throw SnapshotFile.damaged(path, position, String.valueOf(e.getMessage()));
        }
    }

    private Bytes read(long from, int size) throws IOException {
        byte[] bytes = new byte[size];
        ByteBuffer target = ByteBuffer.wrap(bytes);
        while (target.hasRemaining()) {
            if (file.read(target, from + target.position()) < 0) {
                throw SnapshotFile.damaged(path, from + target.position(), "it ended while it was read");
            }
        }
        return Bytes.wrap(bytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
