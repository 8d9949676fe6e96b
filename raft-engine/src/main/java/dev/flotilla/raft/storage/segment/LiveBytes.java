package dev.flotilla.raft.storage.segment;

import java.util.HashMap;
import java.util.Map;

/** How much of each segment is still needed. */
final class LiveBytes {
    private final Map<Long, Long> bySegment = new HashMap<>();
    private long total;

    void add(long place, int payloadBytes) {
        change(place, RecordHead.recordBytes(payloadBytes));
    }

    void remove(long place, int payloadBytes) {
        if (place != Place.NOWHERE) {
            change(place, -RecordHead.recordBytes(payloadBytes));
        }
    }

    private void change(long place, long bytes) {
        total += bytes;
        bySegment.merge(Place.segment(place), bytes, (before, more) -> before + more == 0 ? null : before + more);
    }

    long of(long segment) {
        return bySegment.getOrDefault(segment, 0L);
    }

    long total() {
        return total;
    }
}
