package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32C;

/**
 * The form of a snapshot's file: the state in {@linkplain SnapshotChunk chunks} from the first byte on, then its
 * description, then 20 bytes: the description's size and CRC-32C, the format, and {@code FLOTSNAP}. The description comes
 * last because a state's size and hash are known once it is written.
 */
final class SnapshotFile {
    private static final int FORMAT = 2;
    private static final byte[] MAGIC = "FLOTSNAP".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL_BYTES = 3 * Integer.BYTES + 8;
    private static final int META_BYTES_MAX = 1 << 20;

    private SnapshotFile() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Appends a description to a file that holds all chunks and nothing else, and forces it to the disk. */
    static void finish(FileChannel file, SnapshotMeta meta) throws IOException {
        byte[] description = EntryCodec.encode(meta).toByteArray();
        ByteBuffer end = ByteBuffer.allocate(description.length + TAIL_BYTES)
                .put(description)
                .putInt(description.length)
                .putInt(checksum(description))
                .putInt(FORMAT)
                .put(MAGIC)
                .flip();
        DurableFiles.writeFully(file, end);
        file.force(true);
    }

    private static int checksum(byte[] description) {
        CRC32C crc = new CRC32C();
        crc.update(description);
        return (int) crc.getValue();
    }

    /**
     * The description in a snapshot's file.
     *
     * @throws IOException if it is damaged or of a newer format; the message names file and offset
     */
    static SnapshotMeta readMeta(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            return readMeta(path, file);
        }
    }

    private static SnapshotMeta readMeta(Path path, FileChannel file) throws IOException {
        long tailAt = file.size() - TAIL_BYTES;
        if (tailAt < 0) {
            throw damaged(path, 0, "it has " + file.size() + " bytes only");
        }
        ByteBuffer tail = read(path, file, tailAt, TAIL_BYTES);
        int size = tail.getInt();
        int checksum = tail.getInt();
        int format = tail.getInt();
        if (!tail.equals(ByteBuffer.wrap(MAGIC))) {
            throw damaged(path, tailAt, "it does not end as a snapshot does");
        }
        if (format != FORMAT) {
            throw new IOException("snapshot " + path + " has format " + format + ", this version reads format " + FORMAT
                    + " alone: use " + (format > FORMAT ? "a newer one" : "the one that wrote it"));
        }
        if (size < 0 || size > Math.min(META_BYTES_MAX, tailAt)) {
            throw damaged(path, tailAt, "its description cannot have " + size + " bytes");
        }
        byte[] description = read(path, file, tailAt - size, size).array();
        if (checksum(description) != checksum) {
            throw damaged(path, tailAt - size, "the checksum of its description is wrong");
        }
        return decode(path, tailAt - size, description);
    }

    private static SnapshotMeta decode(Path path, long offset, byte[] description) throws IOException {
        try {
            return EntryCodec.decodeSnapshotMeta(Bytes.wrap(description));
        } catch (MalformedMessageException e) {
            throw damaged(path, offset, String.valueOf(e.getMessage()));
        }
    }

    private static ByteBuffer read(Path path, FileChannel file, long offset, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, offset + bytes.position()) < 0) {
                throw damaged(path, offset + bytes.position(), "it ended while it was read");
            }
        }
        return bytes.flip();
    }

    static IOException damaged(Path path, long offset, String what) {
        return new IOException("snapshot " + path + " is damaged at offset " + offset + ": " + what);
    }

    /**
     * The chunks in the file, from the first on.
     *
     * @throws IOException if the file holds another snapshot, or its description is damaged; the message names the file
     */
    static FileChunks openChunks(Path path, SnapshotMeta expected) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            SnapshotMeta meta = readMeta(path, file);
            if (!meta.equals(expected)) {
                throw new IOException("snapshot " + expected.lastIncluded() + " is not in " + path
                        + " any longer: it holds " + meta.lastIncluded());
            }
            return new FileChunks(path, file, meta);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }
}
