package dev.flotilla.raft.storage.segment;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Puts a round into a segment: in one write, unless it is larger than the buffer. */
final class RoundWriter {
    private static final int BUFFER_BYTES = 1 << 20;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    /** Writes the round behind the segment's last one, where there is space for it. It is not durable then. */
    void write(Segment segment, RoundHead round, List<LogRecord> records) throws IOException {
        Output out = new Output(segment);
        round.encode(buffer.clear(), 0, segment.place(segment.end()));
        buffer.position(RoundHead.BYTES);
        for (LogRecord record : records) {
            out.put(record);
        }
        out.flush();
    }

    private final class Output {
        private final Segment segment;
        private int flushedTo;

        Output(Segment segment) {
            this.segment = segment;
            this.flushedTo = segment.end();
        }

        void flush() throws IOException {
            int bytes = buffer.position();
            segment.file().write(buffer.flip(), flushedTo);
            flushedTo += bytes;
            buffer.clear();
        }

        void put(LogRecord record) throws IOException {
            if (record.recordBytes() > buffer.remaining()) {
                flush();
            }
            int at = buffer.position();
            Place place = segment.place(flushedTo + at);
            if (record.recordBytes() > buffer.remaining()) {
                putInPieces(record, place);
                return;
            }
            buffer.position(at + RecordHead.BYTES);
            buffer.put(record.payload().asByteBuffer());
            int sum = RecordHead.payloadSum(
                    buffer.duplicate().position(at + RecordHead.BYTES).limit(buffer.position()));
            record.head(sum).encode(buffer, at, place);
            pad();
        }

        private void putInPieces(LogRecord record, Place place) throws IOException {
            Bytes payload = record.payload();
            record.head(RecordHead.payloadSum(payload.asByteBuffer())).encode(buffer, 0, place);
            buffer.position(RecordHead.BYTES);
            for (int from = 0; from < payload.size(); ) {
                int piece = Math.min(payload.size() - from, buffer.remaining());
                buffer.put(payload.slice(from, piece).asByteBuffer());
                from += piece;
                if (from < payload.size()) {
                    flush();
                }
            }
            pad();
        }

        private void pad() {
            while (buffer.position() % RecordHead.ALIGNMENT != 0) {
                buffer.put((byte) 0);
            }
        }
    }
}
