package dev.flotilla.raft.storage;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A piece of a snapshot's state: what is stored, sent and verified at once. A state of any size is cut every {@link
 * #RAW_BYTES} bytes, whoever writes it, so that every holder of one snapshot has the same pieces, however each stores
 * them. Encoded as 16 bytes (compression, size of the state's bytes, size as stored, CRC-32C of all else) and the stored
 * bytes.
 *
 * @param rawBytes how much of the state it holds: {@link #RAW_BYTES}, or less at the state's end
 * @param stored the bytes as {@code compression} made them
 */
public record SnapshotChunk(Compression compression, int rawBytes, Bytes stored) {
    /** How much of a state each chunk holds, but the last. Part of the format. */
    public static final int RAW_BYTES = 256 << 10;

    public static final int HEADER_BYTES = 4 * Integer.BYTES;

    // Stored bytes never take more: what does not shrink is stored as it is.
    private static final int STORED_BYTES_MAX = RAW_BYTES;

    /** What stands before the stored bytes. */
    public record Header(Compression compression, int rawBytes, int storedBytes, int checksum) {
        /** @throws IOException if a value is out of its bounds */
        public static Header decode(Bytes encoded) throws IOException {
            ByteBuffer in = encoded.asByteBuffer();
            Header header = new Header(Compression.of(in.getInt()), in.getInt(), in.getInt(), in.getInt());
            if (header.rawBytes <= 0
                    || header.rawBytes > RAW_BYTES
                    || header.storedBytes <= 0
                    || header.storedBytes > STORED_BYTES_MAX) {
                throw new IOException("a chunk cannot hold " + header.rawBytes + " bytes in " + header.storedBytes);
            }
            return header;
        }
    }

    /** A chunk of these bytes, compressed only if that makes it smaller. */
    static SnapshotChunk of(byte[] raw, Compression compression) {
        byte[] stored = compression.compress(raw);
        return stored.length < raw.length
                ? new SnapshotChunk(compression, raw.length, Bytes.wrap(stored))
                : new SnapshotChunk(Compression.NONE, raw.length, Bytes.wrap(raw));
    }

    /** @throws IOException if the checksum is wrong */
    public static SnapshotChunk decode(Header header, Bytes stored) throws IOException {
        SnapshotChunk chunk = new SnapshotChunk(header.compression, header.rawBytes, stored);
        if (stored.size() != header.storedBytes || chunk.checksum() != header.checksum) {
            throw new IOException("the checksum of a chunk of " + header.storedBytes + " stored bytes is wrong");
        }
        return chunk;
    }

    public Bytes encode() {
        byte[] encoded = new byte[encodedBytes()];
        ByteBuffer.wrap(encoded)
                .putInt(compression.code())
                .putInt(rawBytes)
                .putInt(stored.size())
                .putInt(checksum());
        stored.copyTo(encoded, HEADER_BYTES);
        return Bytes.wrap(encoded);
    }

    public int encodedBytes() {
        return HEADER_BYTES + stored.size();
    }

    private int checksum() {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(3 * Integer.BYTES)
                .putInt(compression.code())
                .putInt(rawBytes)
                .putInt(stored.size())
                .flip());
        crc.update(stored.asByteBuffer());
        return (int) crc.getValue();
    }

    /** The state's bytes. */
    public byte[] raw() throws IOException {
        return compression.decompress(stored.toByteArray(), rawBytes);
    }

    /** The same for a reader that has no other compression. */
    public SnapshotChunk uncompressed() throws IOException {
        return compression == Compression.NONE
                ? this
                : new SnapshotChunk(Compression.NONE, rawBytes, Bytes.wrap(raw()));
    }
}
