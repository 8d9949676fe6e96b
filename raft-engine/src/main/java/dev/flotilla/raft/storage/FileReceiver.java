package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Receives a snapshot into a file, from wherever an earlier attempt ended. */
final class FileReceiver implements SnapshotStore.Receiver {
    private final Path partial;
    private final Path offer;
    private final SnapshotMeta snapshot;
    private final FileChannel file;
    private long offset;

    FileReceiver(Path partial, Path offer, SnapshotMeta snapshot) throws IOException {
        this.partial = partial;
        this.offer = offer;
        this.snapshot = snapshot;
        this.file =
                FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            file.truncate(snapshot.sizeBytes()); // what follows is the description of an earlier finish
            offset = file.size();
            file.position(offset);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public void append(Bytes chunk) throws IOException {
        if (chunk.size() > snapshot.sizeBytes() - offset) {
            throw new IOException("snapshot " + snapshot.lastIncluded() + " has " + snapshot.sizeBytes()
                    + " bytes, but " + chunk.size() + " more came at offset " + offset);
        }
        DurableFiles.writeFully(file, chunk.asByteBuffer());
        offset += chunk.size();
    }

    @Override
    public void finish() throws IOException {
        if (offset != snapshot.sizeBytes()) {
            drop();
            throw new IOException("snapshot " + snapshot.lastIncluded() + " ended after " + offset + " of "
                    + snapshot.sizeBytes() + " bytes");
        }
        Bytes hash = SnapshotFile.hash(file, offset);
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
