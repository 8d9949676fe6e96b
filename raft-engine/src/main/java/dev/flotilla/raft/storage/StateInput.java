package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The state in a snapshot's chunks. Its end is reported only if all of it has the hash that it should have. */
final class StateInput extends InputStream {
    private final SnapshotStore.Chunks chunks;
    private final SnapshotMeta snapshot;
    private final MessageDigest digest = SnapshotFile.sha256();
    private byte[] chunk = new byte[0];
    private int taken; // of the chunk
    private boolean ended;

    StateInput(SnapshotStore.Chunks chunks, SnapshotMeta snapshot) {
        this.chunks = chunks;
        this.snapshot = snapshot;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (taken == chunk.length && !advance()) {
            return -1;
        }
        int part = Math.min(count, chunk.length - taken);
        System.arraycopy(chunk, taken, target, from, part);
        taken += part;
        return part;
    }

    private boolean advance() throws IOException {
        if (ended) {
            return false;
        }
        @Nullable SnapshotChunk next = chunks.next();
        if (next != null) {
            chunk = next.raw();
            taken = 0;
            digest.update(chunk);
            return true;
        }
        Bytes hash = Bytes.wrap(digest.digest());
        if (!hash.equals(snapshot.hash())) {
            throw new IOException("snapshot " + snapshot.lastIncluded() + " is damaged: its " + snapshot.sizeBytes()
                    + " bytes of state have hash " + hash + " instead of " + snapshot.hash());
        }
        ended = true;
        return false;
    }

    @Override
    public int available() {
        return chunk.length - taken;
    }

    @Override
    public void close() throws IOException {
        chunks.close();
    }
}
