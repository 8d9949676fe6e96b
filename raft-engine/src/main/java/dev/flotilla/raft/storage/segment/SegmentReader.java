package dev.flotilla.raft.storage.segment;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads a segment from front to back through one buffer. */
final class SegmentReader {
    private static final int BUFFER_BYTES = 256 << 10;

    private final Segment segment;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long bufferAt;

    SegmentReader(Segment segment) {
        this.segment = segment;
        buffer.limit(0);
    }

    /** Where the buffer has the byte at {@code offset}, with {@code bytes} behind it unless the file ends before. */
    private int at(int offset, int bytes) throws IOException {
        if (offset < bufferAt || (long) offset + bytes > bufferAt + buffer.limit()) {
            buffer.clear();
            bufferAt = offset;
            segment.file().read(buffer, offset);
            buffer.flip();
        }
        return (int) (offset - bufferAt);
    }

    /** The head of a round at {@code offset}, or null. */
    @Nullable
    RoundHead round(int offset) throws IOException {
        return RoundHead.decode(buffer, at(offset, RoundHead.BYTES), segment.place(offset));
    }

    /** The head of a record at {@code offset}, or null. */
    @Nullable
    RecordHead record(int offset) throws IOException {
        return RecordHead.decode(buffer, at(offset, RecordHead.BYTES), segment.place(offset));
    }

    /** Whether the payload behind the head at {@code offset} is what the head says. */
    boolean isPayloadIntact(int offset, RecordHead head) throws IOException {
        CRC32C crc = new CRC32C();
        int from = offset + RecordHead.BYTES;
        int end = from + head.payloadBytes();
        while (from < end) {
            int piece = Math.min(end - from, BUFFER_BYTES / 4);
            int at = at(from, piece);
            if (buffer.limit() - at < piece) {
                return false;
            }
            crc.update(buffer.array(), at, piece);
            from += piece;
        }
        return (int) crc.getValue() == head.payloadSum();
    }

    /**
     * The payload behind the head at {@code offset}, or null if it is damaged. What is verified are the bytes that are given
     * back: cleaning writes them again, with a new checksum.
     */
    @Nullable
    Bytes payload(int offset, RecordHead head) throws IOException {
        int from = offset + RecordHead.BYTES;
        if (head.payloadBytes() > segment.header().fileBytes() - from) {
            return null;
        }
        ByteBuffer payload = ByteBuffer.allocate(head.payloadBytes());
        segment.file().read(payload, from);
        boolean isWhole = !payload.hasRemaining() && RecordHead.payloadSum(payload.flip()) == head.payloadSum();
        return isWhole ? Bytes.wrap(payload.array()) : null;
    }

    /** Where the next round begins from {@code offset} on that has at least that number; -1 if there is none. */
    int find(int offset, long numberMin) throws IOException {
        for (int at = offset; at <= segment.header().fileBytes() - RoundHead.BYTES; at += RecordHead.ALIGNMENT) {
            int inBuffer = at(at, RoundHead.BYTES);
            if (buffer.limit() - inBuffer >= RoundHead.BYTES && buffer.getInt(inBuffer) == RoundHead.MAGIC) {
                RoundHead found = round(at);
                if (found != null && found.number() >= numberMin) {
                    return at;
                }
            }
        }
        return -1;
    }

    /** The offset of the last byte from {@code offset} on that is not zero; less than {@code offset} if all are. */
    int lastNonZero(int offset) throws IOException {
        int last = offset - 1;
        int end = segment.header().fileBytes();
        for (int from = offset; from < end; from += BUFFER_BYTES) {
            int at = at(from, Math.min(BUFFER_BYTES, end - from));
            for (int i = at; i < buffer.limit(); i++) {
                if (buffer.get(i) != 0) {
                    last = from + i - at;
                }
            }
        }
        return last;
    }
}
