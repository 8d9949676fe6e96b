package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * Receives a snapshot into a file, from behind the last intact chunk of an earlier attempt. What that one may not have
 * forced is written again: the page cache shows it all the same. What could not be written or forced is not tried again:
 * all that was received is dropped.
 */
final class FileReceiver implements SnapshotStore.Receiver {
    private static final int PIECE_BYTES = 128 << 10;

    private final Path partial;
    private final Path offer;
    private final SnapshotMeta snapshot;
    private final FileChannel file;
    private final ChunkFile chunks;
    private final MessageDigest digest = SnapshotFile.sha256(); // of the first offset bytes
    private long offset;
    private boolean broken; // what lies behind the last whole chunk is not known

    FileReceiver(Path partial, Path offer, SnapshotMeta snapshot) throws IOException {
        this.partial = partial;
        this.offer = offer;
        this.snapshot = snapshot;
        this.file =
                FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.chunks = new ChunkFile(file);
        try {
            long intact = verify();
            file.truncate(intact);
            writeAgain(Math.max(0, intact - ChunkFile.UNFORCED_BYTES_MAX), intact);
            file.position(intact);
        } catch (IOException e) {
            throw failed(e);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Returns where the chunks end. What does not hold as a chunk is the end of what a crash left, or damaged, or the end of
     * an earlier finish.
     */
    private long verify() throws IOException {
        FileChunks present = new FileChunks(partial, file, snapshot);
        long intact = 0;
        try {
            for (SnapshotChunk chunk = present.next(); chunk != null; chunk = present.next()) {
                digest.update(chunk.raw());
                offset += chunk.rawBytes();
                intact = present.position();
            }
        } catch (IOException e) {
            // From there on it is received again.
        }
        return intact;
    }

    private void writeAgain(long from, long to) throws IOException {
        if (from == to) {
            return;
        }
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        for (long at = from; at < to; ) {
            piece.clear().limit((int) Math.min(PIECE_BYTES, to - at));
            int read = file.read(piece, at);
            if (read < 0) {
                throw new IOException("file " + partial + " ended at offset " + at + " while it was read");
            }
            piece.flip();
            while (piece.hasRemaining()) {
                at += file.write(piece, at);
            }
        }
        file.force(true);
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public void append(SnapshotChunk chunk) throws IOException {
        if (broken) {
            throw new IOException("an earlier chunk of " + partial + " was not written as a whole");
        }
        ChunkedState.checkChunk(snapshot, offset, chunk.rawBytes());
        byte[] raw = chunk.raw();
        broken = true;
        try {
            chunks.append(chunk);
        } catch (IOException e) {
            throw failed(e);
        }
        broken = false;
        digest.update(raw);
        offset += raw.length;
    }

    @Override
    public void finish() throws IOException {
        if (offset != snapshot.sizeBytes()) {
            throw new IOException("snapshot " + snapshot.lastIncluded() + " ended after " + offset + " of "
                    + snapshot.sizeBytes() + " bytes");
        }
        Bytes hash = Bytes.wrap(digest.digest());
        if (!hash.equals(snapshot.hash())) {
            drop();
            throw new IOException("snapshot " + snapshot.lastIncluded() + " came with hash " + hash + " instead of "
                    + snapshot.hash());
        }
        try {
            SnapshotFile.finish(file, snapshot);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Nobody can tell what of it is on the disk. If the node was closing, what is at the end will be written again. */
    private IOException failed(IOException failure) {
        try {
            if (failure instanceof ClosedByInterruptException) {
                file.close();
            } else {
                drop();
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private void drop() throws IOException {
        try {
            file.close();
        } finally {
            Files.deleteIfExists(offer);
            Files.deleteIfExists(partial);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
