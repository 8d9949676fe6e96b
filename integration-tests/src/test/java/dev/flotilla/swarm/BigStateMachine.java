package dev.flotilla.swarm;

import dev.flotilla.raft.machine.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * A state on disk: each command, eight bytes of a seed, appends 1 MiB that does not compress. What was written once never
 * changes, so that a capture is a length. It survives no restart by itself; a snapshot brings it back.
 */
final class BigStateMachine implements StateMachine<Long> {
    static final int BLOCK_BYTES = 1 << 20;

    private static final int BUFFER_BYTES = 64 << 10;

    private final FileChannel file;
    private long size;
    private volatile long restoredBytes;

    BigStateMachine(Path path) throws IOException {
        file = FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Override
    public List<Long> apply(List<Committed> batch) {
        List<Long> sizes = new ArrayList<>();
        for (Committed committed : batch) {
            byte[] block = new byte[BLOCK_BYTES];
            new SplittableRandom(committed.data().asByteBuffer().getLong()).nextBytes(block);
            try {
                write(ByteBuffer.wrap(block));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            sizes.add(size);
        }
        return sizes;
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            size += file.write(bytes, size);
        }
    }

    @Override
    public long lastApplied() {
        return 0;
    }

    @Override
    public Capture capture() {
        long captured = size;
        return out -> copyTo(out, captured);
    }

    private void copyTo(OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (long position = 0; position < length; ) {
            int count =
                    file.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(BUFFER_BYTES, length - position)), position);
            if (count < 0) {
                throw new IOException("the state ends after " + position + " of " + length + " bytes");
            }
            out.write(buffer, 0, count);
            position += count;
        }
    }

    @Override
    public void restore(long index, InputStream in) throws IOException {
        file.truncate(0);
        size = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            write(ByteBuffer.wrap(buffer, 0, count));
        }
        restoredBytes = size;
    }

    /** How large the state was in the snapshot that was restored last; 0 if none was. */
    long restoredBytes() {
        return restoredBytes;
    }

    /** Size and checksum, as one word. Only while nothing is applied. */
    String digest() throws IOException {
        CRC32C checksum = new CRC32C();
        copyTo(new CheckedOutputStream(OutputStream.nullOutputStream(), checksum), size);
        return size + ":" + Long.toHexString(checksum.getValue());
    }
}
