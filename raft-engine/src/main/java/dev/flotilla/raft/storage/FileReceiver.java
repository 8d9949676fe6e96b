package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** Receives a snapshot into a file, from behind the last intact chunk of an earlier attempt. */
final class FileReceiver implements SnapshotStore.Receiver {
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
            verify();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What does not hold as a chunk is the end of what a crash left, or damaged, or the end of an earlier finish. */
    private void verify() throws IOException {
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
        file.truncate(intact);
        file.position(intact);
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
        chunks.append(chunk);
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
        SnapshotFile.finish(file, snapshot);
    }

    private void drop() throws IOException {
        file.close();
        Files.deleteIfExists(offer);
        Files.deleteIfExists(partial);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
