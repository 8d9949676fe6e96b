package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.segment.RecordHead.Kind;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes again what is live of the oldest segment, a little with each round, so that a quiet group does not keep old
 * segments for ever. What it returns goes before the other records of its round: it is live at that moment.
 */
final class Cleaner {
    private static final int MOVED_BYTES_MIN = 4 << 10;
    private static final int MOVED_BYTES_MAX = 4 << 20;
    private static final int SCANNED_BYTES_MIN = 64 << 10;
    private static final int SCANNED_PER_MOVED = 4;

    private final LogIndex index;
    private @Nullable Segment oldest; // being cleaned
    private @Nullable SegmentReader reader;
    private int at;
    private int roundEnd;

    Cleaner(LogIndex index) {
        this.index = index;
    }

    /**
     * Goes on with cleaning {@code segment}, which is sealed and the oldest.
     *
     * @param roundBytes how much the round writes anyway: what is moved keeps pace with it
     * @throws IOException if the segment can no longer be read; the message names the place
     */
    List<LogRecord> move(Segment segment, long roundBytes) throws IOException {
        SegmentReader in = readerOf(segment);
        long movedMax = Math.min(MOVED_BYTES_MAX, Math.max(MOVED_BYTES_MIN, 2 * roundBytes));
        long scannedMax = Math.max(SCANNED_BYTES_MIN, SCANNED_PER_MOVED * movedMax) + at;
        List<LogRecord> moved = new ArrayList<>();
        long movedBytes = 0;
        while (at < segment.end() && at < scannedMax && movedBytes < movedMax) {
            if (at == roundEnd) {
                RoundHead round = in.round(at);
                if (round == null) {
                    throw damaged(segment, "the head of a round cannot be read");
                }
                roundEnd = at + (int) round.roundBytes();
                at += RoundHead.BYTES;
                continue;
            }
            RecordHead head = in.record(at);
            if (head == null) {
                throw damaged(segment, "the head of a record cannot be read");
            }
            LogRecord record = copy(segment, in, head);
            if (record != null) {
                moved.add(record);
                movedBytes += record.recordBytes();
            }
            at += (int) head.recordBytes();
        }
        return moved;
    }

    private SegmentReader readerOf(Segment segment) {
        SegmentReader present = reader;
        if (present == null || segment != oldest) {
            present = new SegmentReader(segment);
            reader = present;
            oldest = segment;
            at = SegmentHeader.BYTES;
            roundEnd = at;
        }
        return present;
    }

    /** What keeps the record's meaning; null if it has none any longer. */
    private @Nullable LogRecord copy(Segment segment, SegmentReader in, RecordHead head) throws IOException {
        long place = segment.place(at).packed();
        try {
            if (head.kind() == Kind.PUT) {
                Bytes payload = in.payload(at, head);
                if (payload == null) {
                    throw damaged(segment, head.describe() + " is damaged");
                }
                boolean isLive = index.isLive(head, payload, place);
                return isLive ? new LogRecord(Kind.PUT, head.genesis(), head.id(), 0, payload) : null;
            }
            if (!index.isLive(head, Bytes.EMPTY, place)) {
                return null;
            }
        } catch (MalformedMessageException e) {
            throw damaged(segment, head.describe() + " makes no sense: " + e.getMessage());
        }
        return head.kind().isEntry() ? entry(in, head) : group(head);
    }

    private LogRecord entry(SegmentReader in, RecordHead head) throws IOException {
        Bytes payload = head.kind() == Kind.LOST_ENTRY ? null : in.payload(at, head);
        return payload == null
                ? LogRecord.lostEntry(head.genesis(), head.id(), head.entryKind())
                : new LogRecord(Kind.COPY, head.genesis(), head.id(), head.entryKind(), payload);
    }

    /** From memory: the last entry may be another than when the record was written. */
    private LogRecord group(RecordHead head) {
        GroupIndex group = index.group(head.genesis());
        var stored = group == null ? null : group.stored();
        return stored == null ? LogRecord.lostGroup(head.genesis()) : LogRecord.group(head.genesis(), stored);
    }

    private IOException damaged(Segment segment, String what) {
        return new IOException("file " + segment.path() + " offset " + at + ": " + what);
    }
}
