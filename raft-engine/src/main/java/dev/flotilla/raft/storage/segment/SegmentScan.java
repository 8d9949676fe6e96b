package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogFinding;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replays one segment, and tells a torn last round, which is cut, from damage, which is named. */
final class SegmentScan {
    private static final int UNKNOWN = -1;

    private final Segment segment;
    private final SegmentReader reader;
    private final LogIndex index;
    private final Findings findings;
    private int at = SegmentHeader.BYTES;
    private int lastRoundAt = UNKNOWN;

    SegmentScan(Segment segment, LogIndex index, Findings findings) {
        this.segment = segment;
        this.reader = new SegmentReader(segment);
        this.index = index;
        this.findings = findings;
    }

    /** @param payload null if it is damaged; empty for entries */
    private record Scanned(RecordHead head, int offset, @Nullable Bytes payload) {}

    /** The records of a round; {@code brokenAt} is where a head could not be read, or -1. */
    private record Body(List<Scanned> records, int brokenAt) {
        boolean isWhole() {
            return brokenAt == UNKNOWN && records.stream().allMatch(record -> record.payload != null);
        }
    }

    /** Replays the newest segment, whose last round may be torn; returns the number of the next round. */
    long newest(long firstRound) throws IOException {
        return run(firstRound, segment.header().fileBytes(), true);
    }

    /** Replays a segment that ends at {@code end}, all of it durable; returns the number of the next round. */
    long sealed(long firstRound, int end) throws IOException {
        return run(firstRound, end, false);
    }

    /** Where the last round begins that was read; -1 if there is none. */
    int lastRoundAt() {
        return lastRoundAt;
    }

    private long run(long firstRound, int end, boolean isNewest) throws IOException {
        long number = firstRound;
        while (at < end) {
            RoundHead round = reader.round(at);
            if (round == null || round.number() != number || round.roundBytes() > end - at) {
                int next = reader.find(at, number);
                next = next >= end ? UNKNOWN : next;
                if (next == UNKNOWN && isNewest) {
                    break; // torn, or nothing was ever written there
                }
                RoundHead found = next == UNKNOWN ? null : reader.round(next);
                lost(number, found, end);
                if (found == null) {
                    break;
                }
                number = found.number();
                if (next == at && found.roundBytes() > end - at) {
                    break;
                }
                at = next;
                continue;
            }
            Body body = body(round);
            if (!body.isWhole() && isNewest && reader.find(at + (int) round.roundBytes(), number + 1) == UNKNOWN) {
                break; // torn
            }
            apply(body);
            lastRoundAt = at;
            at += (int) round.roundBytes();
            number++;
        }
        segment.setEnd(isNewest ? at : end);
        return number;
    }

    private void lost(long number, @Nullable RoundHead found, int end) {
        findings.add(
                segment,
                at,
                found == null
                        ? "round " + number + " cannot be read, nor what follows up to offset " + end
                        : "round " + number + " cannot be read; round " + found.number() + " can");
    }

    private Body body(RoundHead round) throws IOException {
        List<Scanned> records = new ArrayList<>();
        int offset = at + RoundHead.BYTES;
        int end = at + (int) round.roundBytes();
        while (offset < end) {
            RecordHead head = reader.record(offset);
            if (head == null || head.recordBytes() > end - offset) {
                return new Body(records, offset);
            }
            records.add(new Scanned(head, offset, payload(offset, head)));
            offset += (int) head.recordBytes();
        }
        return new Body(records, records.size() == round.records() ? UNKNOWN : at);
    }

    private @Nullable Bytes payload(int offset, RecordHead head) throws IOException {
        if (head.kind().isEntry()) {
            return reader.isPayloadIntact(offset, head) ? Bytes.EMPTY : null;
        }
        return reader.payload(offset, head);
    }

    private void apply(Body body) {
        for (Scanned record : body.records) {
            apply(record);
        }
        if (body.brokenAt != UNKNOWN) {
            findings.add(segment, body.brokenAt, "the head of a record cannot be read, so it may be anybody's");
        }
    }

    private void apply(Scanned record) {
        RecordHead head = record.head;
        boolean isDamaged = record.payload == null;
        boolean hasGroup = head.kind().isEntry() || head.kind() == RecordHead.Kind.GROUP;
        if (isDamaged && !hasGroup) {
            findings.add(segment, record.offset, head.describe() + " is damaged");
            return;
        }
        try {
            Bytes payload = record.payload == null ? Bytes.EMPTY : record.payload;
            index.apply(head, payload, isDamaged, segment.place(record.offset).packed());
        } catch (MalformedMessageException | RuntimeException e) {
            findings.add(segment, record.offset, head.describe() + " makes no sense: " + e.getMessage());
        }
    }

    /** Damage after which nobody can tell what is missing. */
    static final class Findings {
        private final List<LogFinding> list = new ArrayList<>();

        void add(Segment segment, long offset, String what) {
            list.add(new LogFinding(segment.path(), offset, what));
        }

        void add(LogFinding finding) {
            list.add(finding);
        }

        List<LogFinding> list() {
            return List.copyOf(list);
        }
    }
}
